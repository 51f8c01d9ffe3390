// Requests by means of the HTTP client of wechatpay-java, which signs them and verifies the responses.

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.wechat.pay.java.core.Config;
import com.wechat.pay.java.core.http.DefaultHttpClientBuilder;
import com.wechat.pay.java.core.http.HttpClient;
import com.wechat.pay.java.core.http.HttpHeaders;
import com.wechat.pay.java.core.http.JsonRequestBody;

final class Http {
  static final String HOST = "https://api.mch.weixin.qq.com";

  private final HttpClient client;

  Http(Config config) {
    client = new DefaultHttpClientBuilder().config(config).build();
  }

  JsonObject get(String path) {
    return client.get(headers(), HOST + path, JsonObject.class).getServiceResponse();
  }

  JsonObject post(String path, Object... namesAndValues) {
    return client.post(headers(), HOST + path, body(namesAndValues), JsonObject.class).getServiceResponse();
  }

  JsonObject put(String path, Object... namesAndValues) {
    return client.put(headers(), HOST + path, body(namesAndValues), JsonObject.class).getServiceResponse();
  }

  void delete(String path) {
    client.delete(headers(), HOST + path, JsonObject.class);
  }

  /** A file, which has no signature. */
  byte[] download(String url) throws Exception {
    return client.download(url).readAllBytes();
  }

  private static HttpHeaders headers() {
    HttpHeaders headers = new HttpHeaders();
    headers.addHeader("Accept", "application/json");
    headers.addHeader("Content-Type", "application/json");
    return headers;
  }

  private static JsonRequestBody body(Object... namesAndValues) {
    JsonObject members = Sandbox.of(JsonObject.class, namesAndValues);
    return new JsonRequestBody.Builder().body(new Gson().toJson(members)).build();
  }
}
