//! The files that gather the endpoints, and the feature list.

use std::collections::BTreeMap;

use super::output::{Output, ROOT};
use super::spec::{Endpoint, Version};

type Products<'a> = BTreeMap<(Version, &'a str), Vec<&'a Endpoint>>;

/// Writes `generated.rs`, `generated/v2.rs`, `generated/v2/pay.rs` and their like.
pub(crate) fn write(endpoints: &[Endpoint], output: &mut Output) {
    let products = products(endpoints);
    output.rust(
        ROOT.to_owned(),
        "pub(crate) mod v2;\npub(crate) mod v3;\n".to_owned(),
    );
    for version in [Version::V2, Version::V3] {
        let folder = version.folder();
        let modules: String = products
            .keys()
            .filter(|(of, _)| *of == version)
            .map(|(_, product)| {
                format!(
                    "#[cfg(feature = \"{}\")]\npub mod {product};\n",
                    feature(version, product)
                )
            })
            .collect();
        output.rust(format!("generated/{folder}.rs"), modules);
    }
    for ((version, product), endpoints) in &products {
        let mut file = format!("//! The endpoints of `{product}`:\n//!\n");
        for endpoint in endpoints {
            let (name, title) = (&endpoint.name, endpoint.spec.title.get_ref());
            file += &format!("//! - [`{name}()`]: {title}\n");
        }
        file.push('\n');
        file.extend(
            endpoints
                .iter()
                .map(|endpoint| format!("mod {};\n", endpoint.name)),
        );
        file.push('\n');
        file.extend(
            endpoints
                .iter()
                .map(|endpoint| format!("pub use {}::*;\n", endpoint.name)),
        );
        output.rust(format!("generated/{}/{product}.rs", version.folder()), file);
    }
}

/// The lines of the feature table, one product a line and then the groups.
pub(crate) fn features(endpoints: &[Endpoint]) -> String {
    let products = products(endpoints);
    let mut out = String::new();
    for (version, product) in products.keys() {
        out += &format!("{} = []\n", feature(*version, product));
    }
    for version in [Version::V2, Version::V3] {
        let names: Vec<String> = products
            .keys()
            .filter(|(of, _)| *of == version)
            .map(|(_, product)| format!("\"{}\"", feature(version, product)))
            .collect();
        out += &format!("{} = [{}]\n", version.folder(), names.join(", "));
    }
    out + "full = [\"v2\", \"v3\"]\n"
}

fn feature(version: Version, product: &str) -> String {
    format!("{}-{}", version.folder(), product.replace('_', "-"))
}

fn products(endpoints: &[Endpoint]) -> Products<'_> {
    let mut products = Products::new();
    for endpoint in endpoints {
        products
            .entry((endpoint.version, &endpoint.product))
            .or_default()
            .push(endpoint);
    }
    products
}
