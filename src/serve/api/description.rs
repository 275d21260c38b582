//! The API described as OpenAPI: from the table that reads its parameters and the types
//! that are its answers.

use axum::extract::State;
use axum::http::Uri;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Value, json};
use utoipa::openapi::path::{
    HttpMethod, OperationBuilder, Parameter as Described, ParameterBuilder, ParameterIn, PathItem,
    PathsBuilder,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{
    ArrayBuilder, KnownFormat, ObjectBuilder, Ref, Schema, SchemaFormat, Type,
};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, OpenApiBuilder, Required, ResponseBuilder,
};

use super::answers::{Analysed, Jobs, Pipelines, Reports};
use super::parameters::{LONGEST_QUERY, LONGEST_VALUE, NEIGHBORS, SEARCH};
use crate::serve::document::Document;
use crate::serve::found::Found;
use crate::serve::house::{MOST_BYTES, MOST_CHARACTERS, Shared};
use crate::serve::parameters::{Kind, MOST_VALUES, Parameter, Values};
use crate::serve::problem::{Problem, Refusal};

/// `GET /api/openapi.json`
pub async fn description(State(house): State<Shared>, uri: Uri) -> Result<Response, Problem> {
    Values::read(&uri, &[])?;
    let mut searched = house.stock.searched();
    let example = searched
        .find_map(|(entry, index)| Some([entry.pipeline.name.clone(), index.first_id.clone()?]));
    let head = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-cache")];
    Ok((head, described(example.as_ref()).to_string()).into_response())
}

/// The whole description; `example` names a document that there is.
fn described(example: Option<&[String; 2]>) -> Value {
    let mut generator = generator();
    let adds: [fn(&mut SchemaGenerator); 7] = [
        add::<Found>,
        add::<Document>,
        add::<Analysed>,
        add::<Pipelines>,
        add::<Reports>,
        add::<Jobs>,
        add::<Refusal>,
    ];
    adds.iter().for_each(|add| add(&mut generator));
    let schema = |name: &str| Ref::from_schema_name(name);
    let (found, document, analysed) = (schema("Found"), schema("Document"), schema("Analysed"));
    let (pipelines, reports, jobs) = (schema("Pipelines"), schema("Reports"), schema("Jobs"));
    let place = [
        path_parameter("pipeline", "The pipeline.", LONGEST_VALUE, example.map(|one| &one[0])),
        path_parameter(
            "id",
            "The document's id, as a search tells it.",
            LONGEST_QUERY,
            example.map(|one| &one[1]),
        ),
    ];
    let paths = PathsBuilder::new()
        .path(
            "/api/v1/search",
            get(operation(
                "search",
                "The documents most like a text or a document.",
                found.clone(),
                &[400, 404],
            )
            .parameters(Some(SEARCH.iter().map(query)))),
        )
        .path(
            "/api/v1/documents/{pipeline}/{id}",
            get(operation(
                "document",
                "A document, and what a model says of it.",
                document,
                &[400, 404],
            )
            .parameters(Some(place.clone()))),
        )
        .path(
            "/api/v1/documents/{pipeline}/{id}/neighbors",
            get(operation("neighbors", "The documents most like a document.", found, &[400, 404])
                .parameters(Some(place))
                .parameters(Some(NEIGHBORS.iter().map(query)))),
        )
        .path("/api/v1/analyse", PathItem::new(HttpMethod::Post, analyse(analysed)))
        .path(
            "/api/v1/pipelines",
            get(operation(
                "pipelines",
                "What can be searched, and by what it can be filtered.",
                pipelines,
                &[400],
            )),
        )
        .path(
            "/api/v1/reports",
            get(operation(
                "reports",
                "The reports in the folder, the newest first.",
                reports,
                &[400],
            )),
        )
        .path(
            "/api/v1/jobs",
            get(operation("jobs", "Jobs of the schedule and their last runs.", jobs, &[400])),
        );
    let info = InfoBuilder::new()
        .title("Malmoi")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some("Search, explanations and analyses of Korean and English text."));
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    let components =
        ComponentsBuilder::new().security_scheme("token", SecurityScheme::Http(bearer)).build();
    let description =
        OpenApiBuilder::new().info(info.build()).paths(paths).components(Some(components)).build();
    let mut description = serde_json::to_value(description).expect("a description is plain data");
    description["components"]["schemas"] = Value::Object(generator.take_definitions(true));
    description
}

/// Schemas as the types are written, where OpenAPI looks for them.
fn generator() -> SchemaGenerator {
    let mut settings = SchemaSettings::draft2020_12().for_serialize();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    settings.into_generator()
}

fn add<T: JsonSchema>(generator: &mut SchemaGenerator) {
    generator.subschema_for::<T>();
}

fn get(operation: OperationBuilder) -> PathItem {
    PathItem::new(HttpMethod::Get, operation)
}

/// With the refusals that every address has, and those of `refusals`.
fn operation(id: &str, what: &str, answer: Ref, refusals: &[u16]) -> OperationBuilder {
    let good = ResponseBuilder::new()
        .description("The answer.")
        .content("application/json", ContentBuilder::new().schema(Some(answer)).build());
    let operation = OperationBuilder::new()
        .operation_id(Some(id))
        .summary(Some(what))
        .security(SecurityRequirement::default())
        .security(SecurityRequirement::new("token", Vec::<String>::new()))
        .response("200", good.build());
    let always = [401, 403, 405, 414, 429, 431, 500, 503];
    let all = refusals.iter().chain(&always);
    all.fold(operation, |operation, status| {
        operation.response(status.to_string(), refusal(*status))
    })
}

fn refusal(status: u16) -> utoipa::openapi::Response {
    let what = match status {
        400 => "A parameter or the body is wrong.",
        401 => "A token is needed.",
        403 => "The Host header or the origin is of another computer.",
        404 => "There is no such pipeline or document.",
        405 => "The address takes another method.",
        408 => "The body did not come in time.",
        413 => "The body is too large.",
        414 => "The address is too long.",
        415 => "The body is not said to be JSON.",
        422 => "The body lacks what is asked for, or has too much.",
        429 => "Too many wrong tokens were sent.",
        431 => "The head of the request is too large.",
        503 => "Too much is asked at once; the header Retry-After says when to come back.",
        _ => "A failure, which the log tells of.",
    };
    // The server refuses these before anybody reads them.
    if matches!(status, 414 | 431) {
        return ResponseBuilder::new().description(what).build();
    }
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Refusal"))).build();
    ResponseBuilder::new().description(what).content("application/json", content).build()
}

fn analyse(answer: Ref) -> OperationBuilder {
    let text = ObjectBuilder::new()
        .schema_type(Type::String)
        .max_length(Some(MOST_CHARACTERS))
        .description(Some("The text."));
    let pipeline = ObjectBuilder::new()
        .schema_type(Type::String)
        .max_length(Some(LONGEST_VALUE))
        .description(Some("Where similar documents are looked for; the first one if left out."));
    let schema = ObjectBuilder::new()
        .property("text", text)
        .property("pipeline", pipeline)
        .required("text")
        .additional_properties(Some(
            utoipa::openapi::schema::AdditionalProperties::<Schema>::FreeForm(false),
        ));
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let body = RequestBodyBuilder::new()
        .description(Some(format!("JSON of at most {} KiB.", MOST_BYTES >> 10)))
        .required(Some(Required::True))
        .content("application/json", content);
    let what = "Morphemes of a text, what each model says of it, and documents like it.";
    operation("analyse", what, answer, &[400, 404, 408, 413, 415, 422])
        .request_body(Some(body.build()))
}

fn query(parameter: &Parameter) -> Described {
    ParameterBuilder::new()
        .name(parameter.name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(parameter.what))
        .schema(Some(schema(parameter.kind)))
        .build()
}

/// What a parameter may be.
fn schema(kind: Kind) -> Schema {
    let of = |kind| ObjectBuilder::new().schema_type(kind);
    match kind {
        Kind::Text(most) => of(Type::String).max_length(Some(most)).build().into(),
        Kind::Texts(most) => {
            let item = of(Type::String).max_length(Some(most));
            ArrayBuilder::new().items(item.build()).max_items(Some(MOST_VALUES)).build().into()
        }
        Kind::Count(least, most) => of(Type::Integer)
            .minimum(Some(f64::from(least)))
            .maximum(Some(f64::from(most)))
            .build()
            .into(),
        Kind::Choice(choices) => {
            of(Type::String).enum_values(Some(choices.iter().copied())).build().into()
        }
        Kind::Day => of(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
            .build()
            .into(),
        Kind::Flag => of(Type::Boolean).build().into(),
    }
}

fn path_parameter(name: &str, what: &str, longest: usize, example: Option<&String>) -> Described {
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(longest));
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(what))
        .schema(Some(schema.build()))
        .example(example.map(|example| json!(example)))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_and_every_reference_is_described() {
        let description = described(None);
        let text = description.to_string();
        for parameter in SEARCH.iter().chain(&NEIGHBORS) {
            assert!(text.contains(&format!("\"name\":\"{}\"", parameter.name)), "{parameter:?}");
        }
        let schemas = description["components"]["schemas"].as_object().unwrap();
        for reference in text.split("#/components/schemas/").skip(1) {
            let name = reference.split('"').next().unwrap();
            assert!(schemas.contains_key(name), "`{name}` is described nowhere");
        }
    }

    #[test]
    fn bounds_are_those_that_are_checked() {
        let description = described(None);
        let parameters = &description["paths"]["/api/v1/search"]["get"]["parameters"];
        let of = |name: &str| {
            let all = parameters.as_array().unwrap();
            &all.iter().find(|one| one["name"] == name).unwrap()["schema"]
        };
        assert_eq!(of("top")["maximum"].as_f64(), Some(100.0));
        assert_eq!(of("since")["format"], "date");
        assert_eq!(of("source")["maxItems"], 10);
        assert_eq!(of("measure")["enum"][3], "jaccard");
    }
}
