// WxJava, com.github.binarywang:weixin-java-pay, against the sandbox: APIv2 with both digests and APIv3. It verifies responses
// and notifications by itself. Its option for the base URL does not do: it signs APIv3 for hosts of WeChat Pay only.

import com.github.binarywang.wxpay.bean.notify.SignatureHeader;
import com.github.binarywang.wxpay.config.WxPayConfig;
import com.github.binarywang.wxpay.exception.WxPayException;
import com.github.binarywang.wxpay.service.WxPayService;
import com.github.binarywang.wxpay.service.impl.WxPayServiceImpl;
import com.sun.net.httpserver.Headers;
import java.util.Map;

final class Client {
  static final WxPayService WXPAY = new WxPayServiceImpl();

  public static void main(String[] arguments) throws Exception {
    WXPAY.setConfig(config());
    Sandbox.Shop shop = new Sandbox.Shop(Map.of(
        "MD5", (headers, body) -> WXPAY.parseOrderNotifyResult(body, "MD5"),
        "HMAC-SHA256", (headers, body) -> WXPAY.parseOrderNotifyResult(body, "HMAC-SHA256"),
        "refundedV2", (headers, body) -> WXPAY.parseRefundNotifyResult(body),
        "partner", (headers, body) -> WXPAY.parsePartnerOrderNotifyV3Result(body, signature(headers)).getResult(),
        "partnerRefunded", (headers, body) -> WXPAY.parsePartnerRefundNotifyV3Result(body, signature(headers)).getResult(),
        "combined", (headers, body) -> WXPAY.parseCombineNotifyResult(body, signature(headers)).getResult(),
        "shared", (headers, body) -> WXPAY.getProfitSharingService().parseProfitSharingNotifyResult(body, signature(headers)),
        "complained", (headers, body) -> WXPAY.parseComplaintNotifyResult(body, signature(headers)).getResult(),
        "paid", (headers, body) -> WXPAY.parseOrderNotifyV3Result(body, signature(headers)),
        "refunded", (headers, body) -> WXPAY.parseRefundNotifyV3Result(body, signature(headers))));
    V2.flows(shop, "MD5");
    V2.flows(shop, "HMAC-SHA256");
    Sharing.flowsV2(shop);
    V3.flows(shop);
    Partner.flows(shop);
    Combined.flows(shop);
    Complaints.flows(shop);
    Sharing.flowsV3(shop);
    Batch.flow();
    shop.close();
  }

  private static WxPayConfig config() {
    WxPayConfig config = new WxPayConfig();
    config.setAppId(Sandbox.env("APP_ID"));
    config.setMchId(Sandbox.env("MCH_ID"));
    config.setMchKey(Sandbox.env("V2_KEY"));
    config.setApiV3Key(Sandbox.env("V3_KEY"));
    config.setKeyPath(Sandbox.env("P12"));
    config.setPrivateKeyPath(Sandbox.env("PRIVATE_KEY"));
    config.setPrivateCertPath(Sandbox.env("CERTIFICATE"));
    if (Sandbox.IS_PUBLIC_KEY) {
      config.setPublicKeyPath(Sandbox.env("PUBLIC_KEY"));
      config.setPublicKeyId(Sandbox.env("PUBLIC_KEY_ID"));
    }
    config.setHttpProxyHost("127.0.0.1");
    config.setHttpProxyPort(Integer.valueOf(System.getenv("PROXY_PORT")));
    return config;
  }

  private static SignatureHeader signature(Headers headers) {
    return SignatureHeader.builder()
        .timeStamp(headers.getFirst("Wechatpay-Timestamp"))
        .nonce(headers.getFirst("Wechatpay-Nonce"))
        .signature(headers.getFirst("Wechatpay-Signature"))
        .serial(headers.getFirst("Wechatpay-Serial"))
        .build();
  }

  static void refused(Sandbox.Steps steps) throws Exception {
    try {
      steps.take();
    } catch (WxPayException refused) {
      StringBuilder said = new StringBuilder();
      for (Throwable error = refused; error != null; error = error.getCause()) {
        said.append(error.getMessage());
      }
      // Of APIv2 it says that the parameters fail their check, of APIv3 that the signature does.
      Sandbox.check(said.indexOf("校验错误") >= 0 || said.indexOf("签名验证失败") >= 0, said);
      return;
    }
    throw new AssertionError("a wrong signature was accepted");
  }
}
