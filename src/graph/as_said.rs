//! What an answer says beside what decides: where it is not of the kind that Graph documents, it counts as not said. One odd value
//! of one thing must not hold up what is read of all others.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A value, where it can be understood.
///
/// # Errors
///
/// It is no JSON.
pub fn as_said<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(deserializer)?).ok())
}

/// Those values of a list that can be understood.
///
/// # Errors
///
/// It is no JSON.
pub fn each_as_said<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let Value::Array(values) = Value::deserialize(deserializer)? else { return Ok(Vec::new()) };
    Ok(values.into_iter().filter_map(|value| serde_json::from_value(value).ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Said {
        #[serde(default, deserialize_with = "as_said")]
        name: Option<String>,
        #[serde(default, deserialize_with = "each_as_said")]
        numbers: Vec<u8>,
    }

    #[test]
    fn what_is_of_another_kind_is_not_said() {
        let read = |json: &str| serde_json::from_str::<Said>(json).map(|said| (said.name, said.numbers));
        assert_eq!(
            read("{\"name\":\"a\",\"numbers\":[1,\"2\",null,3,400]}").unwrap(),
            (Some("a".to_owned()), vec![1, 3])
        );
        for none in
            ["{}", "{\"name\":null,\"numbers\":null}", "{\"name\":5,\"numbers\":7}", "{\"name\":{},\"numbers\":{}}"]
        {
            assert_eq!(read(none).unwrap(), (None, Vec::new()), "{none}");
        }
        assert!(read("{\"name\":").is_err());
    }
}
