// What a client in Java needs besides itself: the sandbox's control port, a merchant's callback, a line for each flow.

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

final class Sandbox {
  static final String PAYER = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";
  static final boolean IS_PUBLIC_KEY = System.getenv("TRUST").equals("public-key");

  /** What begins as an image does. */
  static final byte[] PNG = Arrays.copyOf(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'}, 256);

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final Gson GSON = new Gson();

  interface Steps {
    void take() throws Exception;
  }

  /** Reads a notification by means of the client, and throws unless it is authentic. */
  interface Reader {
    Object read(Headers headers, String body) throws Exception;
  }

  /** The day in China. */
  static String today() {
    return LocalDate.now(ZoneOffset.ofHours(8)).toString();
  }

  static String env(String name) {
    return System.getenv("WXPAY_" + name);
  }

  /** Names a flow once it is through, or the one that failed. */
  static void flow(String name, Steps steps) {
    try {
      steps.take();
    } catch (Throwable error) {
      System.out.println("  FAILED: " + name);
      error.printStackTrace();
      System.exit(1);
    }
    System.out.println("  " + name);
  }

  static void check(boolean held, Object seen) {
    if (!held) {
      throw new AssertionError(String.valueOf(seen));
    }
  }

  /** A request of the client's, from the names and values of the wire. */
  static <T> T of(Class<T> type, Object... namesAndValues) {
    Map<String, Object> members = new LinkedHashMap<>();
    for (int n = 0; n < namesAndValues.length; n += 2) {
      members.put((String) namesAndValues[n], namesAndValues[n + 1]);
    }
    return GSON.fromJson(GSON.toJson(members), type);
  }

  static JsonObject control(String path, String body) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(env("SANDBOX_CONTROL") + "/v1" + path));
    if (body != null) {
      request.header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body));
    }
    HttpResponse<String> answer = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    check(answer.statusCode() == 200, answer.body());
    return GSON.fromJson(answer.body(), JsonObject.class);
  }

  /** A merchant's server. It hands each notification to the reader of its path twice: with another's signature first. */
  static final class Shop {
    private final HttpServer server;
    private final LinkedBlockingQueue<Object> told = new LinkedBlockingQueue<>();
    private int count;

    Shop(Map<String, Reader> readers) throws Exception {
      server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
      readers.forEach((path, reader) -> server.createContext("/" + path, exchange -> {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String answer = body.startsWith("<") ? ACKNOWLEDGED : "";
        int status = 200;
        try {
          check(!isAuthentic(reader, exchange.getRequestHeaders(), spoiled(body)), "a changed notification is authentic");
          told.add(reader.read(exchange.getRequestHeaders(), body));
        } catch (Throwable error) {
          error.printStackTrace();
          status = 400;
        }
        byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
      }));
      server.start();
    }

    String url(String path) {
      return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + path;
    }

    /** The next notification, once the sandbox has noted that it was acknowledged. */
    <T> T next(Class<T> type) throws Exception {
      Object notice = told.poll(10, TimeUnit.SECONDS);
      check(notice != null, "no authentic notification came");
      count += 1;
      for (int n = 0; n < 200; n += 1) {
        int acknowledged = 0;
        for (JsonElement made : control("/deliveries", null).getAsJsonArray("made")) {
          JsonObject one = made.getAsJsonObject();
          if (one.get("url").getAsString().startsWith(url("")) && one.get("acknowledged").getAsBoolean()) {
            acknowledged += 1;
          }
        }
        if (acknowledged == count) {
          return type.cast(notice);
        }
        Thread.sleep(50);
      }
      throw new AssertionError("no delivery was noted");
    }

    void close() {
      server.stop(0);
    }
  }

  private static boolean isAuthentic(Reader reader, Headers headers, String body) {
    try {
      reader.read(headers, body);
      return true;
    } catch (Exception refused) {
      return false;
    }
  }

  /** The same notification, changed: a space after APIv3, another amount of APIv2, or a cipher text that is not whole. */
  private static String spoiled(String body) {
    return body.startsWith("{")
        ? body + " "
        : body.replace(TOTAL_FEE, TOTAL_FEE + "9").replace(REQ_INFO, REQ_INFO + "AAAA");
  }

  private static final String TOTAL_FEE = "<total_fee>";
  private static final String REQ_INFO = "<req_info><![CDATA[";
  private static final String ACKNOWLEDGED =
      "<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>";
}
