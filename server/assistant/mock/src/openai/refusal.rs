//! Refusals in OpenAI's form: `{"error":{message,type,param,code}}`.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Why a request is not answered.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    message: String,
    kind: &'static str,
    param: Option<String>,
    code: Option<&'static str>,
    retry_after_s: Option<u64>,
}

impl Refusal {
    /// The request has `param` wrong.
    pub fn of(param: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            message: message.into(),
            kind: "invalid_request_error",
            param: Some(param.into()),
            code: None,
            retry_after_s: None,
        }
    }

    /// The request has a parameter that the model does not know.
    pub fn unsupported(param: &str, instead: &str) -> Self {
        let message = format!(
            "Unsupported parameter: '{param}' is not supported with this model. Use '{instead}' \
             instead."
        );
        Self { code: Some("unsupported_parameter"), ..Self::of(param, message) }
    }

    /// The key is missing or wrong.
    pub fn key() -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            param: None,
            code: Some("invalid_api_key"),
            ..Self::of("", "Incorrect API key provided.")
        }
    }

    /// The file is larger than is taken.
    pub fn large(most: usize) -> Self {
        let message = format!("Maximum content size limit ({most}) exceeded");
        Self { status: StatusCode::PAYLOAD_TOO_LARGE, ..Self::of("file", message) }
    }

    /// What a script says.
    pub fn scripted(status: u16, retry_after_s: Option<u64>) -> Self {
        let (kind, message, code) = match status {
            401 => return Self::key(),
            429 => ("requests", "Rate limit reached.", Some("rate_limit_exceeded")),
            _ => ("server_error", "The server had an error.", None),
        };
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            message: message.to_owned(),
            kind,
            param: None,
            code,
            retry_after_s,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self { status, message, kind, param, code, retry_after_s } = self;
        let error = json!({"message": message, "type": kind, "param": param, "code": code});
        let mut response = (status, Json(json!({ "error": error }))).into_response();
        if let Some(seconds) = retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
