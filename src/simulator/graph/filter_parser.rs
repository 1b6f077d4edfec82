//! Reads `$filter` expressions for users.

use super::errors::ServedError;
use super::filter::{Comparison, Filter, unsupported};
use super::filter_fields::{self, FieldKind, FilterField, NOT_SIMULATED};
use super::properties;
use super::vocabulary;

/// "Known issues with Microsoft Graph APIs": expressions in one filter unless it is an advanced query.
const MAX_CLAUSES: usize = 15;

/// Reads a filter that is percent-decoded already. `advanced` lifts limits and allows more operators, as
/// `ConsistencyLevel: eventual` with `$count=true` does.
pub(crate) fn parse(text: &str, advanced: bool) -> Result<Filter, ServedError> {
    let filter = Parser::new(text, advanced).whole()?;
    if advanced {
        return Ok(filter);
    }
    let count = filter.clauses();
    if count > MAX_CLAUSES {
        return Err(ServedError::unsupported_query(format!(
            "Too many child clauses specified in search filter expression containing 'OR' operators: {count}. Max \
             allowed: {MAX_CLAUSES}."
        )));
    }
    match filter.long_literal() {
        Some(field) => Err(unsupported(field.name)),
        None => Ok(filter),
    }
}

/// Deeper nesting is refused, so that no request can exhaust the stack.
const MAX_DEPTH: usize = 50;

pub(super) struct Parser<'a> {
    rest: &'a str,
    advanced: bool,
    depth: usize,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str, advanced: bool) -> Self {
        Self { rest: text, advanced, depth: 0 }
    }

    /// The whole text, or what is wrong with it.
    pub(super) fn whole(mut self) -> Result<Filter, ServedError> {
        let filter = self.any()?;
        if self.rest.trim_start().is_empty() { Ok(filter) } else { Err(self.unexpected()) }
    }

    fn any(&mut self) -> Result<Filter, ServedError> {
        let mut filters = vec![self.all()?];
        while self.word("or") {
            filters.push(self.all()?);
        }
        Ok(if filters.len() == 1 { filters.remove(0) } else { Filter::Any(filters) })
    }

    fn all(&mut self) -> Result<Filter, ServedError> {
        let mut filters = vec![self.one()?];
        while self.word("and") {
            filters.push(self.one()?);
        }
        Ok(if filters.len() == 1 { filters.remove(0) } else { Filter::All(filters) })
    }

    fn one(&mut self) -> Result<Filter, ServedError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(ServedError::bad_request("Invalid filter clause: it is nested too deeply."));
        }
        let filter = self.one_at_depth();
        self.depth -= 1;
        filter
    }

    fn one_at_depth(&mut self) -> Result<Filter, ServedError> {
        if self.word("not") {
            if !self.advanced {
                return Err(ServedError::unsupported_query(
                    "Operator: 'Not' is not supported without an advanced query.",
                ));
            }
            return Ok(Filter::Not(Box::new(self.one()?)));
        }
        if self.sign('(') {
            let filter = self.any()?;
            return if self.sign(')') { Ok(filter) } else { Err(self.unexpected()) };
        }
        for (function, make) in [
            ("startsWith", Comparison::StartsWith as fn(String) -> Comparison),
            ("endsWith", Comparison::EndsWith as fn(String) -> Comparison),
        ] {
            if self.word(function) {
                return self.function(make);
            }
        }
        let field = self.field()?;
        if matches!(field.kind, FieldKind::Collection(_)) {
            return self.any_in_collection(field);
        }
        self.comparison(field)
    }

    /// What follows `startsWith` or `endsWith`.
    fn function(&mut self, make: fn(String) -> Comparison) -> Result<Filter, ServedError> {
        if !self.sign('(') {
            return Err(self.unexpected());
        }
        let field = self.field()?;
        if !self.sign(',') {
            return Err(self.unexpected());
        }
        let how = make(self.literal()?);
        if !self.sign(')') {
            return Err(self.unexpected());
        }
        let allowed = match &how {
            Comparison::StartsWith(_) => field.starts && (field.plain || self.advanced),
            _ => field.ends && self.advanced,
        };
        if allowed { Ok(Filter::Test(field, how)) } else { Err(unsupported(field.name)) }
    }

    /// `/any(p:p eq 'value')`.
    fn any_in_collection(&mut self, field: &'static FilterField) -> Result<Filter, ServedError> {
        if !(self.sign('/') && self.word("any") && self.sign('(')) {
            return Err(self.unexpected());
        }
        let variable = self.name();
        if variable.is_empty() || !self.sign(':') {
            return Err(self.unexpected());
        }
        if !(self.word(variable) && self.word("eq")) {
            return Err(ServedError::part_not_simulated(format_args!("$filter with '{}'", self.rest.trim_start())));
        }
        let value = self.literal()?;
        if !self.sign(')') {
            return Err(self.unexpected());
        }
        Ok(Filter::Test(field, Comparison::OneOf(vec![value])))
    }

    fn comparison(&mut self, field: &'static FilterField) -> Result<Filter, ServedError> {
        if !field.plain && !self.advanced {
            return Err(unsupported(field.name));
        }
        if self.word("eq") {
            return Ok(Filter::Test(field, self.value(field)?));
        }
        if self.word("ne") {
            let how = self.value(field)?;
            return if self.advanced {
                Ok(Filter::Not(Box::new(Filter::Test(field, how))))
            } else {
                Err(unsupported(field.name))
            };
        }
        if !self.word("in") {
            return Err(ServedError::part_not_simulated(format_args!("$filter with '{}'", self.rest.trim_start())));
        }
        if !self.sign('(') || matches!(field.kind, FieldKind::Flag(_)) {
            return Err(self.unexpected());
        }
        let mut values = Vec::new();
        loop {
            let value = self.literal()?;
            values.push(checked(field, value)?);
            if self.sign(')') {
                return Ok(Filter::Test(field, Comparison::OneOf(values)));
            }
            if !self.sign(',') {
                return Err(self.unexpected());
            }
        }
    }

    /// What `eq` and `ne` compare with.
    fn value(&mut self, field: &FilterField) -> Result<Comparison, ServedError> {
        if self.word("null") {
            return if self.advanced { Ok(Comparison::IsNull) } else { Err(unsupported(field.name)) };
        }
        if !matches!(field.kind, FieldKind::Flag(_)) {
            let value = self.literal()?;
            return Ok(Comparison::OneOf(vec![checked(field, value)?]));
        }
        for (word, value) in [("true", true), ("false", false)] {
            if self.word(word) {
                return Ok(Comparison::Is(value));
            }
        }
        Err(self.unexpected())
    }

    fn name(&mut self) -> &'a str {
        let rest = self.rest.trim_start();
        let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(rest.len());
        self.rest = &rest[end..];
        &rest[..end]
    }

    fn field(&mut self) -> Result<&'static FilterField, ServedError> {
        let before = self.rest;
        let name = self.name();
        if let Some(field) = filter_fields::find(name) {
            return Ok(field);
        }
        if NOT_SIMULATED.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            return Err(ServedError::part_not_simulated(format_args!("$filter with '{}'", before.trim_start())));
        }
        if name.is_empty() {
            return Err(self.unexpected());
        }
        if properties::is_known(name) {
            return Err(unsupported(name));
        }
        if vocabulary::has("user", name) {
            return Err(ServedError::part_not_simulated(format_args!("$filter with '{name}'")));
        }
        Err(ServedError::malformed(format!(
            "Invalid filter clause: Could not find a property named '{name}' on type 'microsoft.graph.user'."
        )))
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
    fn literal(&mut self) -> Result<String, ServedError> {
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

    fn unexpected(&self) -> ServedError {
        ServedError::bad_request(format!("Invalid filter clause: syntax error at '{}'.", self.rest.trim_start()))
    }
}

fn checked(field: &FilterField, value: String) -> Result<String, ServedError> {
    let is_guid = || value.len() == 36 && uuid::Uuid::try_parse(&value).is_ok();
    if matches!(field.kind, FieldKind::Id) && !is_guid() {
        return Err(ServedError::bad_request("Invalid value specified for property 'id' of resource 'User'."));
    }
    Ok(value)
}
