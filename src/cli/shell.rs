//! A shell, as an argument names it.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::shell::Shell;

impl ValueEnum for Shell {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Sh, Self::Fish, Self::Powershell, Self::Cmd]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, help) = match self {
            Self::Sh => ("sh", "sh, bash, zsh and their like"),
            Self::Fish => ("fish", "fish"),
            Self::Powershell => ("powershell", "Windows PowerShell and PowerShell"),
            Self::Cmd => ("cmd", "The command prompt of Windows"),
        };
        Some(PossibleValue::new(name).help(help))
    }
}
