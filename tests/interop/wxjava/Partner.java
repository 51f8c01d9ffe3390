// What a service provider does for its sub-merchant (APIv3).

import com.github.binarywang.wxpay.bean.notify.WxPayPartnerNotifyV3Result;
import com.github.binarywang.wxpay.bean.notify.WxPayPartnerRefundNotifyV3Result;
import com.github.binarywang.wxpay.bean.request.WxPayPartnerOrderCloseV3Request;
import com.github.binarywang.wxpay.bean.request.WxPayPartnerOrderQueryV3Request;
import com.github.binarywang.wxpay.bean.request.WxPayPartnerUnifiedOrderV3Request;
import com.github.binarywang.wxpay.bean.request.WxPayRefundQueryV3Request;
import com.github.binarywang.wxpay.bean.request.WxPayRefundV3Request;
import com.github.binarywang.wxpay.bean.result.enums.TradeTypeEnum;
import com.github.binarywang.wxpay.service.WxPayService;
import java.util.Map;

final class Partner {
  private static final WxPayService WXPAY = Client.WXPAY;
  private static final String SUB = "1900001109";

  static void flows(Sandbox.Shop shop) {
    Sandbox.flow("V3 order of a sub-merchant, with its notification and query", () -> {
      for (String number : new String[] {"WXJAVA3-P1", "WXJAVA3-P2"}) {
        WXPAY.unifiedPartnerOrderV3(TradeTypeEnum.NATIVE, Sandbox.of(WxPayPartnerUnifiedOrderV3Request.class,
            "sub_mchid", SUB, "description", "子商户商品", "out_trade_no", number, "notify_url", shop.url("partner"),
            "amount", Map.of("total", 107)));
      }
      Sandbox.control("/orders/WXJAVA3-P1/pay", "{}");
      WxPayPartnerNotifyV3Result.DecryptNotifyResult told = shop.next(WxPayPartnerNotifyV3Result.DecryptNotifyResult.class);
      Sandbox.check(told.getSubMchid().equals(SUB) && state("WXJAVA3-P1").equals("SUCCESS"), told);
    });
    Sandbox.flow("V3 refund of a sub-merchant, with its notification and query", () -> {
      String id = WXPAY.refundV3(Sandbox.of(WxPayRefundV3Request.class, "sub_mchid", SUB, "out_trade_no", "WXJAVA3-P1",
          "out_refund_no", "WXJAVA3-PR", "notify_url", shop.url("partnerRefunded"),
          "amount", Map.of("refund", 1, "total", 107, "currency", "CNY"))).getRefundId();
      WxPayPartnerRefundNotifyV3Result.DecryptNotifyResult told =
          shop.next(WxPayPartnerRefundNotifyV3Result.DecryptNotifyResult.class);
      Sandbox.check(told.getRefundId().equals(id), told);
      Sandbox.check(WXPAY.refundPartnerQueryV3(Sandbox.of(WxPayRefundQueryV3Request.class, "out_refund_no", "WXJAVA3-PR",
          "sub_mchid", SUB)).getStatus().equals("SUCCESS"), "status");
    });
    Sandbox.flow("V3 close of a sub-merchant's order", () -> {
      WxPayPartnerOrderCloseV3Request request = Sandbox.of(WxPayPartnerOrderCloseV3Request.class, "sub_mchid", SUB);
      request.setOutTradeNo("WXJAVA3-P2");
      WXPAY.closePartnerOrderV3(request);
      Sandbox.check(state("WXJAVA3-P2").equals("CLOSED"), "trade_state");
    });
  }

  private static String state(String number) throws Exception {
    WxPayPartnerOrderQueryV3Request request = new WxPayPartnerOrderQueryV3Request();
    request.setSubMchId(SUB);
    request.setOutTradeNo(number);
    return WXPAY.queryPartnerOrderV3(request).getTradeState();
  }
}
