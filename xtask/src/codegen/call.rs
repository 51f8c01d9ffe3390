//! The files of `wxpay call`: what an endpoint's arguments are, how they become its request, and what its reply's fields
//! mean.

mod tables;

pub(crate) use self::tables::chinese;

use super::emit::{fields, is_required, is_sent, objects, type_name};
use super::names::{camel, holds_word};
use super::output::{Output, ROOT};
use super::spec::{Endpoint, Field, Product, Table, Version};
use super::types::{Written, written};

/// Writes `generated.rs`, `generated/v2.rs`, `generated/v2/pay.rs`, `generated/v2/pay/order_query.rs` and their like.
pub(crate) fn write(products: &[Product], endpoints: &[Endpoint], output: &mut Output) {
    output.rust(ROOT.to_owned(), root(endpoints));
    for version in [Version::V2, Version::V3] {
        let of_version = products.iter().filter(|product| product.version == version);
        let modules: String = of_version
            .map(|product| format!("mod {};\n", product.name))
            .collect();
        output.rust(format!("generated/{}.rs", version.folder()), modules);
    }
    for product in products {
        let folder = format!("generated/{}/{}", product.version.folder(), product.name);
        let mut modules: Vec<&str> = endpoints
            .iter()
            .filter(|endpoint| {
                endpoint.version == product.version && endpoint.product == product.name
            })
            .map(|endpoint| endpoint.name.as_str())
            .collect();
        if !product.shared.enums.is_empty() {
            modules.push("types");
            output.rust(
                format!("{folder}/types.rs"),
                tables::shared(&product.shared),
            );
        }
        modules.sort_unstable();
        let modules = modules.iter().map(|module| format!("mod {module};\n"));
        output.rust(format!("{folder}.rs"), modules.collect());
    }
    for endpoint in endpoints {
        let (version, product) = (endpoint.version.folder(), &endpoint.product);
        let path = format!("generated/{version}/{product}/{}.rs", endpoint.name);
        output.rust(path, file(endpoint));
    }
}

fn root(endpoints: &[Endpoint]) -> String {
    let entries: String = endpoints
        .iter()
        .map(|endpoint| {
            let version = endpoint.version.folder();
            format!(
                "Entry::{version}::<wxpay_api::{version}::{}::{}>(),\n",
                endpoint.product,
                type_name(endpoint)
            )
        })
        .collect();
    format!(
        "mod v2;\nmod v3;\n\nuse crate::command::call::Entry;\n\n/// The endpoints that `wxpay call` knows.\npub(crate) const ENDPOINTS: &[Entry] = &[\n{entries}];\n"
    )
}

/// One endpoint's file, to be formatted.
fn file(endpoint: &Endpoint) -> String {
    let name = type_name(endpoint);
    let request = &endpoint.spec.request;
    let mut body = format!(
        "impl Callable for {name} {{\ntype Reply = {name}Response;\n\nconst TITLE: Words = {};\nconst REQUEST: &'static [Field] = REQUEST;\nconst REPLY: &'static [Field] = REPLY;\n\nfn request({}: &Given<'_>) -> Result<Self, Fail> {{\n{}}}\n{}}}\n\n",
        tables::title(endpoint),
        given(request),
        build(endpoint, &name, "Self", request),
        secrets(endpoint),
    );
    for (object, members) in objects(endpoint, true) {
        body += &format!(
            "fn {}({}: &Given<'_>) -> Result<{name}{object}, Fail> {{\n{}}}\n\n",
            snake(object),
            given(members),
            build(
                endpoint,
                &format!("{name}{object}"),
                &format!("{name}{object}"),
                members
            ),
        );
    }
    body += &tables::of_endpoint(endpoint);
    format!("{}{body}", imports(endpoint, &body))
}

/// A request without fields reads nothing.
fn given(table: &Table<Field>) -> &'static str {
    if table.is_empty() { "_given" } else { "given" }
}

/// The struct of these fields, from what was given.
fn build(endpoint: &Endpoint, owner: &str, constructor: &str, table: &Table<Field>) -> String {
    let (required, optional): (Vec<_>, Vec<_>) =
        fields(table).partition(|(_, field)| is_required(field));
    let mut out = String::new();
    let mut members = String::new();
    if !optional.is_empty() {
        out += &format!("let mut options = {owner}Options::default();\n");
        for (name, field) in optional {
            out += &format!("options.{name} = {};\n", read(endpoint, name, field));
        }
        members += "options,\n";
    }
    for (name, field) in required {
        members += &format!("{name}: {},\n", read(endpoint, name, field));
    }
    out + &format!("Ok({constructor} {{\n{members}}})\n")
}

fn read(endpoint: &Endpoint, name: &str, field: &Field) -> String {
    if let Some(choice) = &field.one_of {
        return choose(endpoint, choice);
    }
    let how = if is_required(field) {
        "require"
    } else {
        "optional"
    };
    match (&field.object, &field.list) {
        (Some(object), _) => format!("given.{how}_object(\"{name}\", {})?", snake(object)),
        (_, Some(list)) => format!("given.{how}_list(\"{name}\", {})?", snake(list)),
        _ if written(field) == Written::Ip => format!("given.{how}_ip(\"{name}\")?"),
        _ => format!("given.{how}(\"{name}\")?"),
    }
}

/// The variant of the one member that was given.
fn choose(endpoint: &Endpoint, choice: &str) -> String {
    let owner = format!("{}{choice}", type_name(endpoint));
    let members: Vec<&String> = endpoint
        .spec
        .one_of
        .get(choice)
        .into_iter()
        .flat_map(|members| members.get_ref().keys())
        .collect();
    let names: Vec<String> = members.iter().map(|name| format!("\"{name}\"")).collect();
    let last = members.len().saturating_sub(1);
    let arms: String = members
        .iter()
        .enumerate()
        .map(|(n, name)| {
            let pattern = if n == last {
                "_".to_owned()
            } else {
                format!("\"{name}\"")
            };
            format!(
                "{pattern} => {owner}::{}(given.require(\"{name}\")?),\n",
                camel(name)
            )
        })
        .collect();
    format!(
        "match given.the_one_of(&[{}])? {{\n{arms}}}",
        names.join(", ")
    )
}

/// The function that gives the reply's personal texts, if it has any.
fn secrets(endpoint: &Endpoint) -> String {
    let is_secret = |field: &Field| written(field) == Written::Secret;
    let members: String = fields(&endpoint.spec.response)
        .filter(|(_, field)| is_secret(field))
        .map(|(name, field)| {
            let value = if field.required {
                format!("Some(&reply.{name})")
            } else {
                format!("reply.{name}.as_ref()")
            };
            format!("(\"{name}\", {value}),\n")
        })
        .collect();
    if members.is_empty() {
        return members;
    }
    format!(
        "\nfn secrets(reply: &Self::Reply) -> Vec<(&'static str, Option<&Secret>)> {{\nvec![{members}]\n}}\n"
    )
}

fn imports(endpoint: &Endpoint, body: &str) -> String {
    let name = type_name(endpoint);
    let mut own = vec![name.clone(), format!("{name}Response")];
    own.push(format!("{name}Options"));
    own.extend(
        endpoint
            .spec
            .one_of
            .keys()
            .map(|choice| format!("{name}{choice}")),
    );
    for object in endpoint
        .spec
        .object
        .keys()
        .filter(|object| is_sent(endpoint, object))
    {
        own.extend([format!("{name}{object}"), format!("{name}{object}Options")]);
    }
    own.retain(|name| holds_word(body, name));
    own.sort();
    let (version, product) = (endpoint.version.folder(), &endpoint.product);
    let mut out = String::new();
    if body.contains("Option<&Secret>") {
        out += "use wxpay_api::core::Secret;\n";
    }
    out += &format!(
        "use wxpay_api::{version}::{product}::{{{}}};\n\n",
        own.join(", ")
    );
    let shared: Vec<String> = endpoint
        .shared
        .enums
        .keys()
        .map(|name| tables::constant(name))
        .filter(|name| holds_word(body, name))
        .collect();
    if !shared.is_empty() {
        out += &format!("use super::types::{{{}}};\n", shared.join(", "));
    }
    let names: Vec<&str> = ["Callable", "Field", "Given", "Kind", "Value", "Words"]
        .into_iter()
        .filter(|name| holds_word(body, name))
        .collect();
    out + &format!(
        "use crate::command::call::{{{}}};\nuse crate::fail::Fail;\n\n",
        names.join(", ")
    )
}

/// `MessageType` as `message_type`.
fn snake(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}
