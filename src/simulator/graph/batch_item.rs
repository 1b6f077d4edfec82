//! The wire form of a `$batch`, read without copying what need not be copied.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A text that stays where it is in the request, unless it holds escapes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(crate) struct JsonText<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

/// The body of the POST to `$batch`.
#[derive(Debug, Deserialize)]
pub(crate) struct ServedBatch<'a> {
    #[serde(borrow)]
    pub(crate) requests: Vec<ServedItem<'a>>,
}

/// One request inside. Members that the page does not list (such as `atomicityGroup`) are ignored, as Graph does.
#[derive(Debug, Deserialize)]
pub(crate) struct ServedItem<'a> {
    #[serde(borrow)]
    pub(crate) id: Option<JsonText<'a>>,
    #[serde(borrow)]
    pub(crate) method: Option<JsonText<'a>>,
    #[serde(borrow)]
    pub(crate) url: Option<JsonText<'a>>,
    #[serde(borrow, default)]
    pub(crate) headers: ItemHeaders<'a>,
    #[serde(borrow)]
    pub(crate) body: Option<&'a RawValue>,
    #[serde(borrow, rename = "dependsOn")]
    pub(crate) depends_on: Option<Vec<JsonText<'a>>>,
}

/// The headers of one request that matter here; names without regard to case.
#[derive(Debug, Default)]
pub(crate) struct ItemHeaders<'a> {
    pub(crate) content_type: Option<Cow<'a, str>>,
    pub(crate) consistency_level: Option<Cow<'a, str>>,
}

impl<'de: 'a, 'a> Deserialize<'de> for ItemHeaders<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = ItemHeaders<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of headers")
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(ItemHeaders::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut headers = ItemHeaders::default();
                while let Some(JsonText(name)) = map.next_key::<JsonText<'de>>()? {
                    let JsonText(value) = map.next_value()?;
                    if name.eq_ignore_ascii_case("content-type") {
                        headers.content_type = Some(value);
                    } else if name.eq_ignore_ascii_case("consistencylevel") {
                        headers.consistency_level = Some(value);
                    }
                }
                Ok(headers)
            }
        }
        deserializer.deserialize_any(Read)
    }
}

/// The members of any JSON object, their values unread.
#[derive(Debug)]
pub(crate) struct JsonMembers<'a>(pub(crate) Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for JsonMembers<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = JsonMembers<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::with_capacity(3);
                while let Some((JsonText(name), value)) = map.next_entry::<JsonText<'de>, &'de RawValue>()? {
                    members.push((name, value));
                }
                Ok(JsonMembers(members))
            }
        }
        deserializer.deserialize_map(Read)
    }
}
