//! A whole number as lists write it.

use std::str;

/// A whole number, also as a spreadsheet writes it in a column of decimals: `1.0`, `1,00`. Three zeros are refused, because
/// they may mean thousands.
pub(super) fn whole_number(cell: &[u8]) -> Option<u32> {
    let text = str::from_utf8(cell).ok()?;
    let (digits, fraction) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    // `parse` would take a plus sign, which a spreadsheet takes for a formula.
    let only_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    let integral = (1..=2).contains(&fraction.len()) && fraction.bytes().all(|byte| byte == b'0');
    if only_digits && integral { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_is_one_however_a_spreadsheet_writes_it() {
        for (text, number) in [("0", 0), ("7", 7), ("1.0", 1), ("12,00", 12), ("4294967295", u32::MAX)] {
            assert_eq!(whole_number(text.as_bytes()), Some(number), "{text}");
        }
        for text in [
            "", "soon", "-1", "+1", "1.5", "1.", ".0", "1.000,0", "1,000.0", "1,000", "1.000", "4294967296", "1e3",
            "\u{ff11}",
        ] {
            assert_eq!(whole_number(text.as_bytes()), None, "{text}");
        }
    }
}
