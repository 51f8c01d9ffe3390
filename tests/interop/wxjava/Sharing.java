// Money that is shared, in both protocols.

import com.github.binarywang.wxpay.bean.notify.WxPayNotifyV3Result;
import com.github.binarywang.wxpay.bean.notify.WxPayOrderNotifyResult;
import com.github.binarywang.wxpay.bean.profitsharing.notify.ProfitSharingNotifyV3Result;
import com.github.binarywang.wxpay.bean.profitsharing.request.ProfitSharingOrderAmountQueryRequest;
import com.github.binarywang.wxpay.bean.profitsharing.request.ProfitSharingQueryRequest;
import com.github.binarywang.wxpay.bean.profitsharing.request.ProfitSharingReceiverRequest;
import com.github.binarywang.wxpay.bean.profitsharing.request.ProfitSharingReceiverV3Request;
import com.github.binarywang.wxpay.bean.profitsharing.request.ProfitSharingRequest;
import com.github.binarywang.wxpay.bean.profitsharing.request.ProfitSharingReturnQueryRequest;
import com.github.binarywang.wxpay.bean.profitsharing.request.ProfitSharingReturnRequest;
import com.github.binarywang.wxpay.bean.profitsharing.request.ProfitSharingReturnV3Request;
import com.github.binarywang.wxpay.bean.profitsharing.request.ProfitSharingUnfreezeRequest;
import com.github.binarywang.wxpay.bean.profitsharing.request.ProfitSharingUnfreezeV3Request;
import com.github.binarywang.wxpay.bean.profitsharing.request.ProfitSharingV3Request;
import com.github.binarywang.wxpay.bean.profitsharing.result.ProfitSharingQueryResult;
import com.github.binarywang.wxpay.bean.profitsharing.result.ProfitSharingReceiverV3Result;
import com.github.binarywang.wxpay.bean.profitsharing.result.ProfitSharingReturnResult;
import com.github.binarywang.wxpay.bean.profitsharing.result.ProfitSharingReturnV3Result;
import com.github.binarywang.wxpay.bean.profitsharing.result.ProfitSharingV3Result;
import com.github.binarywang.wxpay.bean.request.BaseWxPayRequest;
import com.github.binarywang.wxpay.bean.request.WxPayUnifiedOrderRequest;
import com.github.binarywang.wxpay.bean.request.WxPayUnifiedOrderV3Request;
import com.github.binarywang.wxpay.bean.result.enums.TradeTypeEnum;
import com.github.binarywang.wxpay.exception.WxPayException;
import com.github.binarywang.wxpay.service.ProfitSharingService;
import com.github.binarywang.wxpay.v3.util.RsaCryptoUtil;
import com.google.gson.Gson;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

final class Sharing {
  private static final ProfitSharingService SERVICE = Client.WXPAY.getProfitSharingService();
  private static final String APPID = Sandbox.env("APP_ID");
  private static final Map<String, Object> STAFF = Map.of("type", "PERSONAL_OPENID", "account", "o-WXJAVA", "name", "张三");
  private static final Map<String, Object> STORE = Map.of("type", "MERCHANT_ID", "account", "1900000307", "name", "示例门店");

  /** APIv2 has one digest for all of it. */
  static void flowsV2(Sandbox.Shop shop) {
    Sandbox.flow("V2 receivers of shared money", () -> {
      for (Map<String, Object> receiver : List.of(with(STAFF, "relation_type", "STAFF"), with(STORE, "relation_type", "STORE"))) {
        SERVICE.addReceiver(signed(ProfitSharingReceiverRequest.newBuilder().receiver(json(receiver)).build()));
      }
    });
    String[] order = new String[1];
    Sandbox.flow("V2 money shared", () -> {
      Client.WXPAY.unifiedOrder(signed(WxPayUnifiedOrderRequest.newBuilder().tradeType("NATIVE").outTradeNo("WXJAVA-SHARED")
          .body("分账商品").totalFee(102).spbillCreateIp("10.2.3.10").notifyUrl(shop.url("HMAC-SHA256")).productId("P1")
          .profitSharing("Y").build()));
      Sandbox.control("/orders/WXJAVA-SHARED/pay", "{}");
      order[0] = shop.next(WxPayOrderNotifyResult.class).getTransactionId();
      SERVICE.multiProfitSharing(signed(ProfitSharingRequest.newBuilder().transactionId(order[0]).outOrderNo("WXJAVA-S")
          .receivers(json(List.of(share(STAFF, 10), share(STORE, 20)))).build()));
      ProfitSharingQueryResult found = SERVICE.profitSharingQuery(signed(ProfitSharingQueryRequest.newBuilder()
          .transactionId(order[0]).outOrderNo("WXJAVA-S").build()));
      Sandbox.check(found.getReceivers().stream().allMatch(one -> one.getResult().equals("SUCCESS")), found);
      Sandbox.check(leftV2(order[0]) == 72, "rest");
    });
    Sandbox.flow("V2 shared money returned", () -> {
      SERVICE.profitSharingReturn(signed(ProfitSharingReturnRequest.newBuilder().outOrderNo("WXJAVA-S")
          .outReturnNo("WXJAVA-SR").returnAccountType("MERCHANT_ID").returnAccount((String) STORE.get("account"))
          .returnAmount(5).description("门店退回").build()));
      ProfitSharingReturnResult found = SERVICE.profitSharingReturnQuery(signed(ProfitSharingReturnQueryRequest.newBuilder()
          .outOrderNo("WXJAVA-S").outReturnNo("WXJAVA-SR").build()));
      Sandbox.check(found.getResult().equals("SUCCESS") && found.getReturnAmount() == 5, found);
    });
    Sandbox.flow("V2 rest released", () -> {
      SERVICE.profitSharingFinish(signed(ProfitSharingUnfreezeRequest.newBuilder().transactionId(order[0])
          .outOrderNo("WXJAVA-SU").description("分账完结").build()));
      Sandbox.check(leftV2(order[0]) == 0, "rest");
    });
    Sandbox.flow("V2 receiver removed", () -> {
      Map<String, Object> named = Map.of("type", STORE.get("type"), "account", STORE.get("account"));
      SERVICE.removeReceiver(signed(ProfitSharingReceiverRequest.newBuilder().receiver(json(named)).build()));
    });
  }

  /**
   * With the public key none of it is taken: to encrypt, the client names the key without the beginning `PUB_KEY_ID_`, which page
   * 4012154180 of WeChat Pay asks for.
   */
  static void flowsV3(Sandbox.Shop shop) {
    if (Sandbox.IS_PUBLIC_KEY) {
      Sandbox.flow("V3 the sandbox refuses an ID of the public key without its beginning", () -> {
        PrintStream errors = System.err;
        // The client writes each refusal there.
        System.setErr(new PrintStream(OutputStream.nullOutputStream()));
        try {
          add(with(STAFF, "relation_type", "STAFF"));
        } catch (WxPayException refused) {
          Sandbox.check(refused.getMessage().contains("Wechatpay-Serial"), refused);
          return;
        } finally {
          System.setErr(errors);
        }
        throw new AssertionError("the ID of the public key was accepted");
      });
      return;
    }
    Sandbox.flow("V3 receivers of shared money, with encrypted names", () -> {
      add(with(STAFF, "relation_type", "STAFF"));
      add(with(STORE, "relation_type", "STORE"));
    });
    String[] order = new String[1];
    Sandbox.flow("V3 money shared", () -> {
      Client.WXPAY.unifiedOrderV3(TradeTypeEnum.NATIVE, Sandbox.of(WxPayUnifiedOrderV3Request.class,
          "description", "分账商品", "out_trade_no", "WXJAVA3-SHARED", "notify_url", shop.url("paid"),
          "amount", Map.of("total", 107), "settle_info", Map.of("profit_sharing", true)));
      Sandbox.control("/orders/WXJAVA3-SHARED/pay", "{}");
      order[0] = shop.next(WxPayNotifyV3Result.class).getResult().getTransactionId();
      SERVICE.profitSharingV3(Sandbox.of(ProfitSharingV3Request.class, "appid", APPID, "transaction_id", order[0],
          "out_order_no", "WXJAVA3-S", "unfreeze_unsplit", false, "receivers", List.of(share(STAFF, 9), share(STORE, 20))));
      ProfitSharingV3Result found = SERVICE.profitSharingQueryV3("WXJAVA3-S", order[0]);
      Sandbox.check(found.getReceivers().stream().allMatch(one -> one.getResult().equals("SUCCESS")), found);
      Sandbox.check(leftV3(order[0]) == 78, "rest");
    });
    Sandbox.flow("V3 shared money returned", () -> {
      SERVICE.profitSharingReturnV3(Sandbox.of(ProfitSharingReturnV3Request.class, "out_order_no", "WXJAVA3-S",
          "out_return_no", "WXJAVA3-SR", "return_mchid", STORE.get("account"), "amount", 5, "description", "门店退回"));
      ProfitSharingReturnV3Result found = SERVICE.profitSharingReturnQueryV3("WXJAVA3-S", "WXJAVA3-SR");
      Sandbox.check(found.getResult().equals("SUCCESS") && found.getAmount() == 5, found);
    });
    Sandbox.flow("V3 notification of shared money", () -> {
      Map<String, Object> own = Map.of("type", "MERCHANT_ID", "account", Sandbox.env("MCH_ID"), "name", "示例商户");
      add(with(own, "relation_type", "HEADQUARTER"));
      Sandbox.control("/profit_sharing", "{\"notify_url\":\"" + shop.url("shared") + "\"}");
      SERVICE.profitSharingV3(Sandbox.of(ProfitSharingV3Request.class, "appid", APPID, "transaction_id", order[0],
          "out_order_no", "WXJAVA3-SN", "unfreeze_unsplit", false, "receivers", List.of(share(own, 1))));
      ProfitSharingNotifyV3Result told = shop.next(ProfitSharingNotifyV3Result.class);
      Sandbox.check(told.getOutOrderNo().equals("WXJAVA3-SN") && told.getReceiver().getAmount() == 1, told);
      Sandbox.control("/profit_sharing", "{\"notify_url\":\"\"}");
    });
    Sandbox.flow("V3 rest released", () -> {
      SERVICE.profitSharingUnfreeze(Sandbox.of(ProfitSharingUnfreezeV3Request.class, "transaction_id", order[0],
          "out_order_no", "WXJAVA3-SU", "description", "解冻全部剩余资金"));
      Sandbox.check(leftV3(order[0]) == 0, "rest");
    });
    Sandbox.flow("V3 receiver removed", () -> {
      String account = (String) STORE.get("account");
      Sandbox.check(SERVICE.removeReceiverV3(Sandbox.of(ProfitSharingReceiverV3Request.class,
          "appid", APPID, "type", STORE.get("type"), "account", account)).getAccount().equals(account), account);
    });
  }

  private static void add(Map<String, Object> receiver) throws Exception {
    ProfitSharingReceiverV3Request request = new Gson().fromJson(json(receiver), ProfitSharingReceiverV3Request.class);
    request.setAppid(APPID);
    ProfitSharingReceiverV3Result added = SERVICE.addReceiverV3(request);
    String name = RsaCryptoUtil.decryptOAEP(added.getName(), Client.WXPAY.getConfig().getPrivateKey());
    Sandbox.check(name.equals(receiver.get("name")), added);
  }

  private static int leftV2(String order) throws Exception {
    return SERVICE.profitSharingOrderAmountQuery(signed(ProfitSharingOrderAmountQueryRequest.newBuilder()
        .transactionId(order).build())).getUnSplitAmount();
  }

  private static int leftV3(String order) throws Exception {
    return Integer.parseInt(SERVICE.profitSharingUnsplitAmountQueryV3(order).getUnsplitAmount());
  }

  private static <T extends BaseWxPayRequest> T signed(T request) {
    return V2.signedBy("HMAC-SHA256", request);
  }

  private static Map<String, Object> share(Map<String, Object> receiver, int amount) {
    return with(with(receiver, "amount", amount), "description", "分账");
  }

  private static Map<String, Object> with(Map<String, Object> members, String name, Object value) {
    Map<String, Object> all = new HashMap<>(members);
    all.put(name, value);
    return all;
  }

  private static String json(Object value) {
    return new Gson().toJson(value);
  }
}
