//! `$filter` for users: `eq` and `in` on the names that find a user, joined by `or`.

use super::errors::GraphError;

/// "Known issues with Microsoft Graph APIs": expressions in one filter unless it is an advanced query.
const MOST_CLAUSES: usize = 15;
/// The same page: characters in one literal unless it is an advanced query.
const LONGEST_LITERAL: usize = 120;

/// What a clause compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    UserPrincipalName,
    Id,
    Mail,
}

/// One value that a user may have; a filter is any of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clause {
    pub(crate) field: Field,
    pub(crate) value: String,
}

/// Reads a filter that is percent-decoded already. `advanced` lifts the two limits, as `ConsistencyLevel: eventual` with
/// `$count=true` does.
pub(crate) fn parse(text: &str, advanced: bool) -> Result<Vec<Clause>, GraphError> {
    let mut parser = Parser { rest: text, clauses: Vec::new() };
    parser.alternatives()?;
    if !parser.rest.trim_start().is_empty() {
        return Err(parser.unexpected());
    }
    if advanced {
        return Ok(parser.clauses);
    }
    let count = parser.clauses.len();
    if count > MOST_CLAUSES {
        return Err(GraphError::unsupported_query(format!(
            "Too many child clauses specified in search filter expression containing 'OR' operators: {count}. Max \
             allowed: {MOST_CLAUSES}."
        )));
    }
    if let Some(clause) = parser.clauses.iter().find(|clause| clause.value.chars().count() > LONGEST_LITERAL) {
        return Err(GraphError::unsupported_query(format!(
            "Unsupported or invalid query filter clause specified for property '{}' of resource 'User'.",
            clause.field.name()
        )));
    }
    Ok(parser.clauses)
}

impl Field {
    fn name(self) -> &'static str {
        match self {
            Self::UserPrincipalName => "userPrincipalName",
            Self::Id => "id",
            Self::Mail => "mail",
        }
    }
}

struct Parser<'a> {
    rest: &'a str,
    clauses: Vec<Clause>,
}

impl<'a> Parser<'a> {
    fn alternatives(&mut self) -> Result<(), GraphError> {
        self.alternative()?;
        while self.word("or") {
            self.alternative()?;
        }
        Ok(())
    }

    fn alternative(&mut self) -> Result<(), GraphError> {
        if self.sign('(') {
            self.alternatives()?;
            return if self.sign(')') { Ok(()) } else { Err(self.unexpected()) };
        }
        let field = self.field()?;
        if self.word("eq") {
            let value = self.literal()?;
            return self.add(field, value);
        }
        if !self.word("in") {
            return Err(self.unknown());
        }
        if !self.sign('(') {
            return Err(self.unexpected());
        }
        loop {
            let value = self.literal()?;
            self.add(field, value)?;
            if self.sign(')') {
                return Ok(());
            }
            if !self.sign(',') {
                return Err(self.unexpected());
            }
        }
    }

    fn add(&mut self, field: Field, value: String) -> Result<(), GraphError> {
        if field == Field::Id && (value.len() != 36 || uuid::Uuid::try_parse(&value).is_err()) {
            return Err(GraphError::bad_request("Invalid value specified for property 'id' of resource 'User'."));
        }
        self.clauses.push(Clause { field, value });
        Ok(())
    }

    fn field(&mut self) -> Result<Field, GraphError> {
        let rest = self.rest.trim_start();
        let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let field = [Field::UserPrincipalName, Field::Id, Field::Mail]
            .into_iter()
            .find(|field| field.name().eq_ignore_ascii_case(&rest[..end]))
            .ok_or_else(|| self.unknown())?;
        self.rest = &rest[end..];
        Ok(field)
    }

    /// A word, if it comes next and ends there.
    fn word(&mut self, word: &str) -> bool {
        let rest = self.rest.trim_start();
        let Some((head, tail)) = rest.split_at_checked(word.len()) else { return false };
        let ends = !tail.starts_with(|letter: char| letter.is_ascii_alphanumeric());
        let found = ends && head.eq_ignore_ascii_case(word);
        if found {
            self.rest = tail;
        }
        found
    }

    fn sign(&mut self, sign: char) -> bool {
        let after = self.rest.trim_start().strip_prefix(sign);
        if let Some(after) = after {
            self.rest = after;
        }
        after.is_some()
    }

    /// A literal in apostrophes; an apostrophe inside is doubled.
    fn literal(&mut self) -> Result<String, GraphError> {
        let Some(text) = self.rest.trim_start().strip_prefix('\'') else { return Err(self.unexpected()) };
        let mut value = String::new();
        let mut letters = text.char_indices().peekable();
        while let Some((place, letter)) = letters.next() {
            if letter != '\'' {
                value.push(letter);
            } else if letters.next_if(|(_, next)| *next == '\'').is_some() {
                value.push('\'');
            } else {
                self.rest = &text[place + 1..];
                return Ok(value);
            }
        }
        Err(self.unexpected())
    }

    fn unexpected(&self) -> GraphError {
        GraphError::bad_request(format!("Invalid filter clause: syntax error at '{}'.", self.rest.trim_start()))
    }

    fn unknown(&self) -> GraphError {
        GraphError::not_simulated(format_args!("$filter with '{}'", self.rest.trim_start()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<String> {
        parse(text, false).unwrap().into_iter().map(|clause| clause.value).collect()
    }

    fn list(count: usize) -> String {
        let values: Vec<_> = (0..count).map(|n| format!("'u{n}@contoso.com'")).collect();
        format!("userPrincipalName in ({})", values.join(","))
    }

    #[test]
    fn in_and_eq_and_or_are_one_list() {
        assert_eq!(values("userPrincipalName in ('a','b' , 'c')"), ["a", "b", "c"]);
        assert_eq!(values("mail eq 'a' or (userPrincipalName eq 'b' or mail in ('c'))"), ["a", "b", "c"]);
    }

    #[test]
    fn a_doubled_apostrophe_is_one() {
        assert_eq!(values("userPrincipalName eq 'siobhan.o''neil@contoso.com'"), ["siobhan.o'neil@contoso.com"]);
        assert_eq!(parse("userPrincipalName eq 'o'neil'", false).unwrap_err().status, 400);
    }

    #[test]
    fn the_sixteenth_value_is_refused_unless_the_query_is_advanced() {
        assert_eq!(parse(&list(15), false).unwrap().len(), 15);
        let refused = parse(&list(16), false).unwrap_err();
        assert_eq!(refused.code, "Request_UnsupportedQuery");
        assert!(refused.message.ends_with("operators: 16. Max allowed: 15."), "{}", refused.message);
        assert_eq!(parse(&list(16), true).unwrap().len(), 16);
    }

    #[test]
    fn long_literals_and_bad_ids_are_refused() {
        let long = format!("mail eq '{}'", "x".repeat(121));
        assert_eq!(parse(&long, false).unwrap_err().code, "Request_UnsupportedQuery");
        assert!(parse(&long, true).is_ok());
        assert_eq!(parse("id in ('ada')", false).unwrap_err().code, "Request_BadRequest");
    }

    #[test]
    fn other_filters_are_named_as_not_simulated_and_broken_ones_refused() {
        assert_eq!(parse("startswith(mail,'a')", false).unwrap_err().status, 501);
        assert_eq!(parse("mail ne 'a'", false).unwrap_err().status, 501);
        for broken in ["mail eq ", "mail eq 'a", "mail in ('a'", "mail in 'a'", "mail eq 'a' mail eq 'b'"] {
            assert_eq!(parse(broken, false).unwrap_err().status, 400, "{broken}");
        }
    }
}
