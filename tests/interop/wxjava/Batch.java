// A batch of transfers (APIv3), which a service provider makes, with encrypted names. With the public key it is not taken, as
// shared money is not.

import com.github.binarywang.wxpay.bean.marketing.transfer.BatchDetailsResult;
import com.github.binarywang.wxpay.bean.marketing.transfer.BatchNumberResult;
import com.github.binarywang.wxpay.bean.marketing.transfer.MerchantBatchRequest;
import com.github.binarywang.wxpay.bean.marketing.transfer.PartnerTransferRequest;
import com.github.binarywang.wxpay.service.PartnerTransferService;
import java.util.List;
import java.util.Map;

final class Batch {
  static void flow() {
    if (Sandbox.IS_PUBLIC_KEY) {
      return;
    }
    PartnerTransferService service = Client.WXPAY.getPartnerTransferService();
    Sandbox.flow("V3 batch of transfers, with encrypted names", () -> {
      service.batchTransfer(Sandbox.of(PartnerTransferRequest.class, "sub_mchid", "1900001109",
          "authorization_type", "FUND_AUTHORIZATION_TYPE", "sp_appid", "wxf636efh567hg4356", "out_batch_no", "WXJAVAB1",
          "batch_name", "批次", "batch_remark", "备注", "total_amount", 300, "total_num", 2,
          "transfer_detail_list", List.of(detail("XD1", "张三", 100), detail("XD2", "欧阳修", 200))));
      Sandbox.control("/batches/WXJAVAB1/settle", "{}");
      BatchNumberResult found = service.queryBatchByOutBatchNo(Sandbox.of(MerchantBatchRequest.class,
          "out_batch_no", "WXJAVAB1", "need_query_detail", true, "detail_status", "ALL"));
      Sandbox.check(found.getBatchStatus().equals("FINISHED") && found.getSuccessAmount() == 300, found);
      BatchDetailsResult one = service.queryBatchDetailByMch("WXJAVAB1", "XD2");
      Sandbox.check(one.getDetailStatus().equals("SUCCESS") && one.getUserName().equals("欧阳修"), one);
    });
  }

  private static Map<String, Object> detail(String number, String name, int fen) {
    return Map.of("out_detail_no", number, "transfer_amount", fen, "transfer_remark", "报销", "openid", "o-" + number,
        "user_name", name);
  }
}
