//! The table: what was measured beside its floor and its budget.

/// The column of words is as wide as the longest line needs.
const WORDS: usize = 44;

/// What a figure is held to. Where the line has a floor, it is the figure over the floor that is held to it.
#[derive(Clone, Copy)]
pub(crate) enum Budget {
    AtMost(f64),
    AtLeast(f64),
    /// Shown and not judged: nothing was promised.
    None,
}

/// One line.
pub(crate) struct Line {
    pub(crate) what: String,
    pub(crate) measured: f64,
    pub(crate) unit: &'static str,
    /// The least, or for a speed the most, that the limits of the service ask for, in the same unit.
    pub(crate) floor: Option<f64>,
    pub(crate) budget: Budget,
}

impl Line {
    fn judged(&self) -> f64 {
        self.floor.map_or(self.measured, |floor| self.measured / floor)
    }

    fn is_met(&self) -> Option<bool> {
        match self.budget {
            Budget::AtMost(most) => Some(self.judged() <= most),
            Budget::AtLeast(least) => Some(self.judged() >= least),
            Budget::None => None,
        }
    }
}

/// How many lines were judged, and how many of them missed their budget.
#[derive(Default)]
pub(crate) struct Table {
    judged: usize,
    missed: usize,
}

impl Table {
    pub(crate) fn begin() -> Self {
        println!(
            "| {:<WORDS$} | {:>13} | {:>13} | {:>6} | {:>8} | met |",
            "what", "measured", "floor", "ratio", "budget"
        );
        println!("| {:-<WORDS$} | {:->12}: | {:->12}: | {:->5}: | {:->7}: | --- |", "", "", "", "", "");
        Self::default()
    }

    pub(crate) fn line(&mut self, line: &Line) {
        let amount = |figure: f64| {
            let decimals = if figure == 0.0 || figure >= 100.0 { 0 } else { 2 };
            format!("{} {}", grouped(figure, decimals), line.unit)
        };
        let (floor, ratio) = match line.floor {
            None => (String::new(), String::new()),
            Some(floor) => (amount(floor), format!("{:.3}", line.judged())),
        };
        let budget = match line.budget {
            Budget::AtMost(most) => format!("<= {most:.2}"),
            Budget::AtLeast(least) => format!(">= {least:.2}"),
            Budget::None => String::new(),
        };
        let met = match line.is_met() {
            None => "",
            Some(true) => "yes",
            Some(false) => "NO",
        };
        self.judged += usize::from(line.is_met().is_some());
        self.missed += usize::from(line.is_met() == Some(false));
        let (what, measured) = (&line.what, amount(line.measured));
        println!("| {what:<WORDS$} | {measured:>13} | {floor:>13} | {ratio:>6} | {budget:>8} | {met:<3} |");
    }

    pub(crate) fn end(self) {
        println!("\n{} of {} budgets are met", self.judged - self.missed, self.judged);
    }
}

/// A figure with a comma between thousands.
fn grouped(figure: f64, decimals: usize) -> String {
    let plain = format!("{figure:.decimals$}");
    let (whole, fraction) = plain.split_at(plain.find('.').unwrap_or(plain.len()));
    let mut text = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + fraction
}
