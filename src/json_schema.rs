//! The JSON Schemas of what is printed for programs are made from the types that are printed. Here stands what a type alone
//! does not say.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

/// The version of a document that is printed for programs: 1. A field that is added does not raise it; one that goes, or
/// means something else, does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentVersion;

impl DocumentVersion {
    const NUMBER: u32 = 1;
}

impl Serialize for DocumentVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(Self::NUMBER)
    }
}

impl JsonSchema for DocumentVersion {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "DocumentVersion".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "The version of this document.", "type": "integer", "const": Self::NUMBER })
    }
}

/// A moment, as RFC 3339 writes it. It stands for a field of `time`, which has no schema of its own.
#[derive(Debug)]
pub struct Rfc3339Moment;

impl JsonSchema for Rfc3339Moment {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Rfc3339Moment".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}
