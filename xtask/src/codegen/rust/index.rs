//! The files that gather the operations, and the feature list.

use super::{operation, shared};
use crate::codegen::model::Reply;
use crate::codegen::model::{Model, Operation, Product, Version};
use crate::codegen::names::{camel, capitalized};
use crate::codegen::output::Output;
use crate::codegen::spec::OperationKind;
use crate::codegen::usage::{Seen, Usage};

/// Writes `v2.rs`, `v2/pay.rs`, `v2/pay/query_order.rs` and their like.
pub(crate) fn write(model: &Model, usage: &Usage, output: &mut Output) {
    for version in Version::ALL {
        output.rust(
            format!("{}.rs", version.folder()),
            of_version(model, version),
        );
    }
    for (version, scope) in &model.versions {
        if !scope.types.is_empty() {
            for (path, text) in shared::files(scope, *version, "", usage) {
                output.rust(format!("{}/{path}", version.folder()), text);
            }
        }
    }
    for product in &model.products {
        let folder = format!("{}/{}", product.version.folder(), product.name);
        let operations = model.operations_of(product).collect::<Vec<_>>();
        output.rust(format!("{folder}.rs"), index(product, &operations, usage));
        if !product.scope.types.is_empty() {
            for (path, text) in shared::files(&product.scope, product.version, &product.name, usage)
            {
                output.rust(format!("{folder}/{path}"), text);
            }
        }
        for operation in operations {
            for (path, text) in operation::files(operation, usage) {
                output.rust(format!("{folder}/{path}"), text);
            }
        }
    }
}

fn of_version(model: &Model, version: Version) -> String {
    let protocol = match version {
        Version::V2 => "//! APIv2: flat XML, signed by a digest with the merchant's APIv2 key.\n",
        Version::V3 => {
            "//! APIv3: JSON, signed by RSA over the exact bytes of request and response.\n"
        }
    };
    let mut out = format!(
        "{protocol}\npub use wxpay_client::{}::*;\n\n",
        version.folder()
    );
    for product in model
        .products
        .iter()
        .filter(|product| product.version == version)
    {
        out += &format!(
            "#[cfg(feature = \"{}\")]\npub mod {};\n",
            feature(product),
            product.name
        );
    }
    let mut scopes = model.versions.iter();
    let shares = scopes.any(|(of, scope)| *of == version && !scope.types.is_empty());
    if shares {
        let features: Vec<String> = model
            .products
            .iter()
            .filter(|product| product.version == version)
            .map(|product| format!("feature = \"{}\"", feature(product)))
            .collect();
        out += &format!("#[cfg(any({}))]\npub mod types;\n", features.join(", "));
    }
    out
}

fn index(product: &Product, operations: &[&Operation], usage: &Usage) -> String {
    let feature = feature(product);
    let holds = |operation: &Operation, ty| {
        let seen = Seen::from(operation);
        usage.is_member(seen, ty) || (operation.is_notification() && usage.is_told_twice(seen, ty))
    };
    let mut out = format!(
        "//! {}. {}。\n//!\n//! Behind the feature `{feature}`:\n//!\n",
        capitalized(&product.purpose.en),
        product.purpose.zh
    );
    if operations.iter().any(|operation| operation.is_of_a_brand()) {
        out += "//! They are for brands (品牌商家), and need the client of one: [`Client::brand`](crate::v3::Client::brand).\n//!\n";
    }
    for operation in operations {
        let item = match (operation.kind, &operation.reply) {
            (OperationKind::Call | OperationKind::Page, _) => format!("{}()", operation.name),
            (_, Reply::Shared(ty)) if !holds(operation, ty) => format!("types::{}", ty.name),
            _ => camel(&operation.name),
        };
        out += &format!(
            "//! - [`{item}`]: {} ({})\n",
            operation.title.en, operation.title.zh
        );
    }
    let behind = |operation: &Operation| {
        if operation.is_split_off() {
            format!("#[cfg(feature = \"{feature}-partner\")]\n")
        } else {
            String::new()
        }
    };
    if product.is_split() {
        out += &format!(
            "//!\n//! Those for service providers (服务商) alone are behind the feature `{feature}-partner`.\n"
        );
    }
    out.push('\n');
    for operation in operations {
        out += &format!("{}pub mod {};\n", behind(operation), operation.name);
    }
    if !product.scope.types.is_empty() {
        out += "pub mod types;\n";
    }
    out.push('\n');
    for operation in operations {
        let name = camel(&operation.name);
        let mut items = Vec::new();
        match operation.kind {
            OperationKind::Call => {
                items.push(name.clone());
                let own = match &operation.reply {
                    Reply::Own(_) => true,
                    Reply::Shared(ty) => holds(operation, ty),
                    _ => false,
                };
                if own {
                    items.push(format!("{name}Response"));
                }
                items.push(operation.name.clone());
            }
            OperationKind::Page => {
                items.push(name.clone());
                items.push(operation.name.clone());
            }
            OperationKind::Notification => {
                if !matches!(&operation.reply, Reply::Shared(ty) if !holds(operation, ty)) {
                    items.push(name);
                }
            }
        }
        if !items.is_empty() {
            out += &behind(operation);
        }
        match items.as_slice() {
            [] => {}
            [item] => out += &format!("pub use {}::{item};\n", operation.name),
            items => out += &format!("pub use {}::{{{}}};\n", operation.name, items.join(", ")),
        }
    }
    out
}

/// The lines of the feature table, one product a line and then the groups.
pub(crate) fn features(model: &Model) -> String {
    let mut out: String = model
        .products
        .iter()
        .map(|product| {
            let feature = feature(product);
            let mut line = format!("{feature} = [{}]\n", needs(model, product).join(", "));
            if product.is_split() {
                line += &format!("{feature}-partner = [\"{feature}\"]\n");
            }
            line
        })
        .collect();
    for version in Version::ALL {
        let names: Vec<String> = model
            .products
            .iter()
            .filter(|product| product.version == version)
            .map(|product| {
                let feature = feature(product);
                if product.is_split() {
                    format!("\"{feature}\", \"{feature}-partner\"")
                } else {
                    format!("\"{feature}\"")
                }
            })
            .collect();
        out += &format!("{} = [{}]\n", version.folder(), names.join(", "));
    }
    out + "full = [\"v2\", \"v3\"]\n"
}

/// What the product needs of the client.
fn needs(model: &Model, product: &Product) -> Vec<&'static str> {
    let mut needs = Vec::new();
    if product.version == Version::V2 {
        needs.push("\"apiv2\"");
    }
    if model
        .operations_of(product)
        .any(|operation| operation.file().is_some())
    {
        needs.push("\"upload\"");
    }
    needs
}

fn feature(product: &Product) -> String {
    feature_of(product.version, &product.name)
}

pub(super) fn feature_of(version: Version, product: &str) -> String {
    format!("{}-{}", version.folder(), product.replace('_', "-"))
}
