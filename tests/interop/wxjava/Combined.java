// Combined orders (APIv3).

import com.github.binarywang.wxpay.bean.notify.CombineNotifyResult;
import com.github.binarywang.wxpay.bean.request.CombineCloseRequest;
import com.github.binarywang.wxpay.bean.request.CombineTransactionsRequest;
import com.github.binarywang.wxpay.bean.result.CombineQueryResult;
import com.github.binarywang.wxpay.bean.result.enums.TradeTypeEnum;
import com.github.binarywang.wxpay.service.WxPayService;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

final class Combined {
  private static final WxPayService WXPAY = Client.WXPAY;

  static void flows(Sandbox.Shop shop) {
    Sandbox.flow("V3 combined order", () -> {
      Sandbox.check(WXPAY.combine(TradeTypeEnum.NATIVE, order("M1", shop)).getCodeUrl() != null, "code_url");
      Sandbox.check(WXPAY.combine(TradeTypeEnum.APP, order("M2", shop)).getPrepayId() != null, "prepay_id");
    });
    Sandbox.flow("V3 notification of a combined order", () -> {
      Sandbox.control("/orders/WXJAVA3-M1/pay", "{}");
      CombineNotifyResult.DecryptNotifyResult told = shop.next(CombineNotifyResult.DecryptNotifyResult.class);
      Sandbox.check(told.getSubOrders().stream().allMatch(one -> one.getTradeState().equals("SUCCESS")), told);
    });
    Sandbox.flow("V3 query of a combined order", () -> {
      CombineQueryResult found = WXPAY.queryCombine("WXJAVA3-M1");
      Sandbox.check(found.getSubOrders().stream().allMatch(one -> one.getAmount().getTotalAmount() == 50), found);
    });
    Sandbox.flow("V3 close of a combined order", () -> {
      CombineCloseRequest request = Sandbox.of(CombineCloseRequest.class,
          "combine_appid", Sandbox.env("APP_ID"), "sub_orders", List.of(part("M2", 1), part("M2", 2)));
      request.setCombineOutTradeNo("WXJAVA3-M2");
      WXPAY.closeCombine(request);
      CombineQueryResult found = WXPAY.queryCombine("WXJAVA3-M2");
      Sandbox.check(found.getSubOrders().stream().allMatch(one -> one.getTradeState().equals("CLOSED")), found);
    });
  }

  private static CombineTransactionsRequest order(String name, Sandbox.Shop shop) {
    return Sandbox.of(CombineTransactionsRequest.class, "combine_out_trade_no", "WXJAVA3-" + name,
        "notify_url", shop.url("combined"), "sub_orders", List.of(whole(part(name, 1)), whole(part(name, 2))));
  }

  private static Map<String, Object> part(String name, int n) {
    return Map.of("mchid", Sandbox.env("MCH_ID"), "out_trade_no", "WXJAVA3-" + name + "-" + n);
  }

  private static Map<String, Object> whole(Map<String, Object> part) {
    Map<String, Object> members = new HashMap<>(part);
    members.put("attach", "附加");
    members.put("description", "合单");
    members.put("amount", Map.of("total_amount", 50, "currency", "CNY"));
    return members;
  }
}
