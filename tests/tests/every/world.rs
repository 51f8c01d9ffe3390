//! The sandbox, and the three clients of it.

use std::time::Duration;

use serde_json::{Value, json};
use wxpay_api::core::{AppId, BrandId, MchId, Result};
use wxpay_api::json::Json;
use wxpay_api::sign::v2::{Key, SignType};
use wxpay_api::sign::v3::{ApiKey, PrivateKey, PublicKeys};
use wxpay_api::sign::workwx::AppSecret;
use wxpay_api::transport::ReqwestTransport;
use wxpay_api::{v2, v3};
use wxpay_catalog::{Operation, Version};
use wxpay_client::dynamic::{DynamicRequest, DynamicResponse};
use wxpay_sandbox::{Order, Sandbox, SeenRequest};
use wxpay_tests::operations::{Extent, request};

pub(super) struct World {
    pub(super) sandbox: Sandbox,
    v2: v2::Client,
    v3: v3::Client,
    brand: v3::Client,
}

impl World {
    pub(super) async fn new() -> Self {
        Self::of(Sandbox::start().await.unwrap()).await
    }

    /// Its merchant has the national algorithms (国密).
    pub(super) async fn sm() -> Self {
        Self::of(Sandbox::builder().sm().start().await.unwrap()).await
    }

    async fn of(sandbox: Sandbox) -> Self {
        let mut order = Order::paid(NUMBER, 100);
        NUMBER.clone_into(&mut order.transaction_id);
        sandbox.add_order(order);
        let account = sandbox.merchant();
        let transport = transport(&sandbox);
        let sub_merchant = MchId::new("1900000110").unwrap();
        let sub_app = AppId::new("wxd678efh567hg6999").unwrap();
        let mut merchant = v2::Merchant::new(account.mch_id.clone(), account.appid.clone());
        merchant.sub_mch_id = Some(sub_merchant.clone());
        merchant.sub_app_id = Some(sub_app.clone());
        let credentials = v2::Credentials::new(Key::new(account.api_v2_key.clone()).unwrap())
            .sign_type(SignType::HmacSha256)
            .workwx(AppSecret::new(account.workwx_secret.clone()).unwrap());
        let v2 = v2::Client::builder(merchant, credentials, transport.clone())
            .base_url(sandbox.base_url())
            .build()
            .unwrap();
        let of_v3 = v3_credentials(&sandbox, &transport).await;
        let v3 = v3::Client::builder(account.mch_id.clone(), of_v3, transport.clone())
            .app_id(account.appid.clone())
            .sub_merchant(sub_merchant)
            .sub_app_id(sub_app)
            .base_url(sandbox.base_url())
            .build()
            .unwrap();
        let brand = brand(&sandbox, transport).await;
        Self {
            sandbox,
            v2,
            v3,
            brand,
        }
    }

    /// A request of this operation that the sandbox's merchant can make.
    pub(super) fn request(&self, operation: &Operation, extent: Extent) -> Value {
        let mut request = request(operation, extent);
        let account = self.sandbox.merchant();
        // Each write has a number of its own, and a query asks for what is in the books.
        let number = match operation.effect.as_str() {
            "write" => format!("N{:07}", self.sandbox.last_request()),
            _ => NUMBER.to_owned(),
        };
        let members = request.as_object_mut().unwrap();
        for (name, value) in members.iter_mut() {
            *value = match name.as_str() {
                "agentid" => json!(account.agentid),
                "notify_url" | "url" => json!("https://example.com/notify"),
                // It begins as a picture does.
                "file" => json!({ "name": value["name"], "content": "/9j/4AAQSkZJRg==" }),
                "auth_code" => json!("134567890123456789"),
                "combine_out_trade_no"
                | "out_trade_no"
                | "out_order_no"
                | "out_refund_no"
                | "out_return_no" => {
                    json!(number)
                }
                _ => continue,
            };
        }
        if let Some(orders) = members.get_mut("sub_orders").and_then(Value::as_array_mut) {
            for order in orders {
                if let Some(mch_id) = order.get_mut("mchid") {
                    *mch_id = json!(account.mch_id.as_str());
                }
            }
        }
        if let Some(code) = request.pointer_mut("/payer/auth_code") {
            *code = json!("134567890123456789");
        }
        if operation
            .name
            .starts_with("v3.combine_transactions.prepay_")
            && let Some(orders) = request["sub_orders"].as_array_mut()
        {
            orders.truncate(1);
            orders.extend_from_within(..);
            for (n, order) in orders.iter_mut().enumerate() {
                order["out_trade_no"] = json!(format!("{number}S{n}"));
            }
        }
        match operation.name.as_str() {
            "v2.pay.create_order" => request["openid"] = json!("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"),
            "v3.pay.partner_prepay_jsapi" => {
                request["payer"] = json!({"sp_openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"});
            }
            "v2.pay.download_bill" => request["bill_type"] = json!("ALL"),
            _ => {}
        }
        request
    }

    pub(super) async fn send(
        &self,
        operation: &'static Operation,
        request: &Value,
    ) -> Result<DynamicResponse> {
        let request = Json::parse(request.to_string().as_bytes()).unwrap();
        let request = DynamicRequest::new(operation, request);
        let path = operation.path.as_deref().unwrap_or_default();
        match operation.version {
            Version::V2 => self.v2.send(&request).await,
            _ if path.starts_with("/brand/") => self.brand.send(&request).await,
            _ => self.v3.send(&request).await,
        }
    }

    /// The latest request that came.
    pub(super) fn seen(&self) -> SeenRequest {
        let last = self.sandbox.last_request();
        self.sandbox.request(last).unwrap()
    }
}

/// The number that made requests ask for.
const NUMBER: &str = "Abc0123456789";

fn transport(sandbox: &Sandbox) -> ReqwestTransport {
    let account = sandbox.merchant();
    ReqwestTransport::builder()
        .only_root_pem(sandbox.ca_pem().as_bytes())
        .identity_pem(
            account.client_cert_pem.as_bytes(),
            account.client_key_pem.expose().as_bytes(),
        )
        .total_timeout(Duration::from_secs(30))
        .build()
        .unwrap()
}

async fn v3_credentials(sandbox: &Sandbox, transport: &ReqwestTransport) -> v3::Credentials {
    let account = sandbox.merchant();
    let Some(sm) = &account.sm else {
        return v3::Credentials::new(
            PrivateKey::from_pem(account.client_key_pem.expose(), &account.serial_no).unwrap(),
            PublicKeys::new()
                .with_public_key(&account.platform_key_id, &account.platform_public_key_pem)
                .unwrap(),
        );
    };
    let key = || PrivateKey::from_pem(sm.key_pem.expose(), &sm.serial_no).unwrap();
    let certificates = v3::Certificates::builder(
        account.mch_id.clone(),
        key(),
        ApiKey::new(account.api_v3_key.clone()).unwrap(),
        transport.clone(),
    );
    let certificates = certificates.base_url(sandbox.base_url()).build().unwrap();
    certificates.refresh().await.unwrap();
    v3::Credentials::new(key(), certificates)
}

async fn brand(sandbox: &Sandbox, transport: ReqwestTransport) -> v3::Client {
    let brand = sandbox.brand().await.unwrap();
    let credentials = v3::Credentials::new(
        PrivateKey::from_pem(brand.key_pem.expose(), &brand.serial_no).unwrap(),
        PublicKeys::new()
            .with_public_key(&brand.platform_key_id, &brand.platform_public_key_pem)
            .unwrap(),
    );
    v3::Client::brand(
        BrandId::new(brand.brand_id.as_str()).unwrap(),
        credentials,
        transport,
    )
    .app_id(sandbox.merchant().appid.clone())
    .base_url(sandbox.base_url())
    .build()
    .unwrap()
}
