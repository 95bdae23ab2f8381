//! What `strict` asks of a JSON schema.

use serde_json::Value;

/// Where a schema is not strict, and why: every object has `additionalProperties: false` and all
/// of its properties in `required`.
pub fn looseness(schema: &Value) -> Option<String> {
    let at = |place: &str, inner: &Value| looseness(inner).map(|why| format!("{place}/{why}"));
    let properties = schema.get("properties").and_then(Value::as_object);
    let is_object = properties.is_some() || has_type(schema, "object");
    if is_object {
        if schema.get("additionalProperties") != Some(&Value::Bool(false)) {
            return Some(
                "'additionalProperties' is required to be supplied and to be false".into(),
            );
        }
        let required = schema.get("required").and_then(Value::as_array);
        let all = properties.into_iter().flatten().all(|(name, _)| {
            required.is_some_and(|required| required.iter().any(|key| key == name.as_str()))
        });
        if !all || required.is_none() {
            return Some("'required' is required to be an array including every key".into());
        }
    }
    for (name, inner) in properties.into_iter().flatten() {
        if let Some(why) = at(name, inner) {
            return Some(why);
        }
    }
    for keyword in ["$defs", "definitions"] {
        for (name, inner) in schema.get(keyword).and_then(Value::as_object).into_iter().flatten() {
            if let Some(why) = at(name, inner) {
                return Some(why);
            }
        }
    }
    if let Some(why) = schema.get("items").and_then(|items| at("items", items)) {
        return Some(why);
    }
    schema.get("anyOf").and_then(Value::as_array)?.iter().find_map(|inner| at("anyOf", inner))
}

fn has_type(schema: &Value, name: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(one)) => one == name,
        Some(Value::Array(several)) => several.iter().any(|one| one == name),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_loose_object_is_found_at_any_depth() {
        let strict = json!({"type": "object", "additionalProperties": false, "required": ["a"],
            "properties": {"a": {"type": "string"}}});
        assert_eq!(looseness(&strict), None);
        let loose = json!({"type": "object", "properties": {"a": {"type": "string"}}});
        let forgets = json!({"type": "object", "additionalProperties": false, "required": [],
            "properties": {"a": {"type": "string"}}});
        for inner in [loose, forgets] {
            assert!(looseness(&inner).is_some());
            let mut outer = strict.clone();
            outer["properties"]["a"] = json!({"type": "array", "items": inner});
            assert!(looseness(&outer).expect("loose").starts_with("a/items/"));
            outer["properties"]["a"] = json!({"anyOf": [{"type": "null"}, inner]});
            assert!(looseness(&outer).is_some());
        }
    }
}
