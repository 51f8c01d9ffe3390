// Complaints: their notifications, an encrypted phone, an image that is uploaded and downloaded.

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.wechat.pay.java.core.Config;
import com.wechat.pay.java.service.file.FileUploadService;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

final class Complaints {
  private static final String ADDRESSES = "/v3/merchant-service/complaint-notifications";
  private static final String ALL = "/v3/merchant-service/complaints-v2";
  private static final String IMAGES = "/v3/merchant-service/images/upload";
  private static final String MCHID = Sandbox.env("MCH_ID");

  private final Http http;
  private final Sandbox.Shop shop;
  private String id;

  private Complaints(Config config, Sandbox.Shop shop) {
    this.http = new Http(config);
    this.shop = shop;
  }

  static void flows(Config config, Sandbox.Shop shop) {
    new Complaints(config, shop).take(config);
  }

  private void take(Config config) {
    String url = shop.url("any");
    Sandbox.flow("URL of complaint notifications", () -> {
      http.post(ADDRESSES, "url", shop.url("old"));
      Sandbox.check(http.put(ADDRESSES, "url", url).get("url").getAsString().equals(url), url);
      Sandbox.check(http.get(ADDRESSES).get("url").getAsString().equals(url), url);
    });
    Sandbox.flow("complaint notification", () -> {
      String terms = "{\"detail\":\"商品 <坏了> & 不退\",\"refund_fen\":1}";
      id = Sandbox.control("/orders/JAVA-Native/complain", terms).get("complaint_id").getAsString();
      told("CREATE_COMPLAINT");
    });
    Sandbox.flow("list of complaints", () -> {
      String period = "?limit=50&begin_date=" + System.getenv("BILL_DATE") + "&end_date=" + Sandbox.today();
      boolean isListed = false;
      for (JsonElement one : http.get(ALL + period).getAsJsonArray("data")) {
        isListed |= one.getAsJsonObject().get("complaint_id").getAsString().equals(id);
      }
      Sandbox.check(isListed, id);
    });
    Sandbox.flow("detail of a complaint, with an encrypted phone", () -> {
      JsonObject found = http.get(ALL + "/" + id);
      String phone = config.createDecryptor().decrypt(found.get("payer_phone").getAsString());
      Sandbox.check(state().equals("PENDING") && phone.equals("18500000000"), found);
    });
    String[] image = new String[1];
    Sandbox.flow("image for a complaint", () -> {
      String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Sandbox.PNG));
      String meta = new Gson().toJson(Map.of("filename", "evidence.png", "sha256", hash));
      image[0] = new FileUploadService.Builder().config(config).build()
          .uploadImage(Http.HOST + IMAGES, meta, "evidence.png", Sandbox.PNG).getMediaId();
    });
    Sandbox.flow("reply to a complaint", () -> {
      http.post(ALL + "/" + id + "/response", "complainted_mchid", MCHID, "response_content", "已为您 <退款> & 致歉",
          "response_images", List.of(image[0]));
      told("MERCHANT_RESPONSE");
    });
    Sandbox.flow("history of a complaint, with an image", () -> {
      JsonArray history = http.get(ALL + "/" + id + "/negotiation-historys").getAsJsonArray("data");
      JsonObject replied = history.get(1).getAsJsonObject();
      Sandbox.check(replied.get("operate_type").getAsString().equals("MERCHANT_RESPONSE"), history);
      JsonArray urls = replied.getAsJsonObject("complaint_media_list").getAsJsonArray("media_url");
      Sandbox.check(Arrays.equals(http.download(urls.get(0).getAsString()), Sandbox.PNG), history);
    });
    Sandbox.flow("decision about the refund of a complaint", () -> {
      http.post(ALL + "/" + id + "/update-refund-progress", "action", "APPROVE", "launch_refund_day", 1);
      told("MERCHANT_APPROVE_REFUND");
    });
    Sandbox.flow("complaint completed", () -> {
      http.post(ALL + "/" + id + "/complete", "complainted_mchid", MCHID);
      told("MERCHANT_CONFIRM_COMPLETE");
      Sandbox.check(state().equals("PROCESSED"), state());
      http.delete(ADDRESSES);
    });
  }

  private void told(String action) throws Exception {
    JsonObject notice = shop.next(JsonObject.class);
    Sandbox.check(notice.get("complaint_id").getAsString().equals(id), notice);
    Sandbox.check(notice.get("action_type").getAsString().equals(action), notice);
  }

  private String state() {
    return http.get(ALL + "/" + id).get("complaint_state").getAsString();
  }
}
