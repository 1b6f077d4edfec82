//! Graph's side of the wire: what requests mean, what is refused, how answers are written.

pub(crate) mod answer;
pub(crate) mod batch;
mod batch_item;
pub(crate) mod call;
pub(crate) mod change;
mod conditions;
mod cost;
pub(crate) mod depends_on;
pub(crate) mod device_action;
mod device_calls;
pub(crate) mod errors;
pub(crate) mod filter;
mod filter_fields;
#[cfg(test)]
pub(crate) mod filter_of_json;
mod filter_parser;
pub(crate) mod group_calls;
pub(crate) mod lexer;
pub(crate) mod method_action;
mod method_calls;
pub(crate) mod object_filters;
pub(crate) mod paging;
pub(crate) mod password;
pub(crate) mod properties;
mod query;
pub(crate) mod request;
pub(crate) mod role_calls;
pub(crate) mod scripted;
pub(crate) mod select;
pub(crate) mod served_call;
mod user_calls;
pub(crate) mod vocabulary;
