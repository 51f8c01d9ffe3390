use http::Uri;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use wxpay_core::{Error, ErrorKind, InvalidInput, Params, Result};

use super::{Client, Form, Meta};

/// A page of WeChat Pay that the user's browser opens, such as that of a contract (签约页面): its URL
/// carries the signed fields, and the client itself sends nothing.
pub trait Page: Send + Sync {
    /// The constant facts.
    const META: &'static Meta;

    /// The facts of this page: [`META`](Self::META), unless it is known at run time only.
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    /// Checks and writes the page's own fields. The client adds its identity and the signature.
    ///
    /// # Errors
    /// A field breaks a documented rule.
    fn encode(&self, form: &mut Form) -> Result<(), InvalidInput>;
}

impl Client {
    /// The URL of a page, to be opened by the user.
    ///
    /// # Errors
    /// A field breaks a documented rule. Nothing is sent in any case.
    pub fn page_url<P: Page>(&self, page: &P) -> Result<String> {
        let meta = page.meta();
        let mut form = Form::of(self.merchant().identity());
        let url = page
            .encode(&mut form)
            .map_err(ErrorKind::from)
            .and_then(|()| self.sign(meta, form.into_params()))
            .and_then(|params| Ok(self.url(meta, &params)?))
            .map_err(|kind| Error::new(meta.name, meta.effect, kind))?;
        Ok(url.to_string())
    }

    /// The signed fields as the query of an operation's path.
    pub(super) fn url(&self, meta: &Meta, params: &Params) -> Result<Uri, InvalidInput> {
        let mut target = meta.path.to_owned();
        let mut mark = '?';
        for (name, value) in params.iter().filter(|(_, value)| !value.is_empty()) {
            target.push(mark);
            target.push_str(name);
            target.push('=');
            // The signature covers the values as they are before this.
            target.extend(utf8_percent_encode(value, NON_ALPHANUMERIC));
            mark = '&';
        }
        self.base_url().join(meta.host, &target)
    }
}
