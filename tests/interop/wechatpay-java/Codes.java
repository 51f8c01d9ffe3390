// Payment codes.

import com.google.gson.JsonObject;
import com.wechat.pay.java.core.Config;
import java.util.Map;

final class Codes {
  private static final String APPID = Sandbox.env("APP_ID");
  private static final String MCHID = Sandbox.env("MCH_ID");

  static void flows(Config config) {
    Http http = new Http(config);
    Sandbox.flow("payment by code", () -> {
      String code = Sandbox.control("/payment_codes", "{}").get("auth_code").getAsString();
      JsonObject paid = http.post("/v3/pay/transactions/codepay", "appid", APPID, "mchid", MCHID, "description", "早餐",
          "out_trade_no", "JAVA-Code", "amount", Map.of("total", 106), "payer", Map.of("auth_code", code),
          "scene_info", Map.of("device_ip", "10.2.3.10", "store_info", Map.of("id", "1")));
      Sandbox.check(paid.get("trade_state").getAsString().equals("SUCCESS"), paid);
    });
    Sandbox.flow("reverse", () -> {
      http.post("/v3/pay/transactions/out-trade-no/JAVA-Code/reverse", "appid", APPID, "mchid", MCHID);
      JsonObject found = http.get("/v3/pay/transactions/out-trade-no/JAVA-Code?mchid=" + MCHID);
      Sandbox.check(found.get("trade_state").getAsString().equals("REVOKED"), found);
    });
  }
}
