//! The wire form of a `$batch`, read without copying what need not be copied.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A text that stays where it is in the request, unless it holds escapes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(crate) struct Text<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

/// The body of the POST to `$batch`.
#[derive(Debug, Deserialize)]
pub(crate) struct Envelope<'a> {
    #[serde(borrow)]
    pub(crate) requests: Vec<Item<'a>>,
}

/// One request inside. Members that the page does not list (such as `atomicityGroup`) are ignored, as Graph does.
#[derive(Debug, Deserialize)]
pub(crate) struct Item<'a> {
    #[serde(borrow)]
    pub(crate) id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) method: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) url: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) headers: Headers<'a>,
    #[serde(borrow)]
    pub(crate) body: Option<&'a RawValue>,
    #[serde(borrow, rename = "dependsOn")]
    pub(crate) depends_on: Option<Vec<Text<'a>>>,
}

/// The headers of one request that matter here; names without regard to case.
#[derive(Debug, Default)]
pub(crate) struct Headers<'a> {
    pub(crate) content_type: Option<Cow<'a, str>>,
    pub(crate) consistency_level: Option<Cow<'a, str>>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Headers<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Headers<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of headers")
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Headers::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut headers = Headers::default();
                while let Some(Text(name)) = map.next_key::<Text<'de>>()? {
                    let Text(value) = map.next_value()?;
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
pub(crate) struct Members<'a>(pub(crate) Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::with_capacity(3);
                while let Some((Text(name), value)) = map.next_entry::<Text<'de>, &'de RawValue>()? {
                    members.push((name, value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Read)
    }
}
