//! The files that gather the endpoints, and the feature list.

use super::emit;
use super::output::{Output, ROOT};
use super::spec::{Endpoint, Product, Version};

/// Writes `generated.rs`, `generated/v2.rs`, `generated/v2/pay.rs` and their like.
pub(crate) fn write(
    products: &[Product],
    endpoints: &[Endpoint],
    unsigned: &[String],
    output: &mut Output,
) {
    output.rust(
        ROOT.to_owned(),
        "pub(crate) mod v2;\npub(crate) mod v3;\n".to_owned(),
    );
    for version in [Version::V2, Version::V3] {
        let of_version = products.iter().filter(|product| product.version == version);
        let modules = of_version.map(|product| {
            format!(
                "#[cfg(feature = \"{}\")]\npub mod {};\n",
                feature(product),
                product.name
            )
        });
        let mut modules: String = modules.collect();
        if version == Version::V3 {
            modules += &constant(unsigned);
        }
        output.rust(format!("generated/{}.rs", version.folder()), modules);
    }
    for product in products {
        let folder = format!("generated/{}/{}", product.version.folder(), product.name);
        let is_of = |endpoint: &&Endpoint| {
            endpoint.version == product.version && endpoint.product == product.name
        };
        let endpoints: Vec<&Endpoint> = endpoints.iter().filter(is_of).collect();
        let mut file = format!("//! The endpoints of `{}`:\n//!\n", product.name);
        for endpoint in &endpoints {
            let (name, title) = (&endpoint.name, endpoint.spec.title.get_ref());
            file += &format!("//! - [`{name}()`]: {title}\n");
        }
        let mut modules: Vec<&str> = endpoints
            .iter()
            .map(|endpoint| endpoint.name.as_str())
            .collect();
        if !product.shared.enums.is_empty() {
            modules.push("types");
            output.rust(format!("{folder}/types.rs"), emit::shared(&product.shared));
        }
        modules.sort_unstable();
        file.push('\n');
        file.extend(modules.iter().map(|module| format!("mod {module};\n")));
        file.push('\n');
        file.extend(
            modules
                .iter()
                .map(|module| format!("pub use {module}::*;\n")),
        );
        output.rust(format!("{folder}.rs"), file);
    }
}

/// The paths whose replies carry no signature.
fn constant(unsigned: &[String]) -> String {
    let paths: String = unsigned
        .iter()
        .map(|path| format!("\"{path}\",\n"))
        .collect();
    format!(
        "\n/// Replies of success that carry no signature. `{{}}` stands for a parameter.\npub(crate) const UNSIGNED: &[&str] = &[\n{paths}];\n"
    )
}

/// The lines of the feature table, one product a line and then the groups.
pub(crate) fn features(products: &[Product]) -> String {
    let mut out: String = products
        .iter()
        .map(|product| format!("{} = []\n", feature(product)))
        .collect();
    for version in [Version::V2, Version::V3] {
        let of_version = products.iter().filter(|product| product.version == version);
        let names: Vec<String> = of_version
            .map(|product| format!("\"{}\"", feature(product)))
            .collect();
        out += &format!("{} = [{}]\n", version.folder(), names.join(", "));
    }
    out + "full = [\"v2\", \"v3\"]\n"
}

fn feature(product: &Product) -> String {
    format!(
        "{}-{}",
        product.version.folder(),
        product.name.replace('_', "-")
    )
}
