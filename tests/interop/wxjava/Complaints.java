// Complaints (APIv3). The client has no operation that decides about a refund, and downloads an image as it does a bill.

import com.github.binarywang.wxpay.bean.complaint.CompleteRequest;
import com.github.binarywang.wxpay.bean.complaint.ComplaintDetailRequest;
import com.github.binarywang.wxpay.bean.complaint.ComplaintDetailResult;
import com.github.binarywang.wxpay.bean.complaint.ComplaintNotifyUrlRequest;
import com.github.binarywang.wxpay.bean.complaint.ComplaintRequest;
import com.github.binarywang.wxpay.bean.complaint.NegotiationHistoryRequest;
import com.github.binarywang.wxpay.bean.complaint.NegotiationHistoryResult.NegotiationHistory;
import com.github.binarywang.wxpay.bean.complaint.ResponseRequest;
import com.github.binarywang.wxpay.bean.notify.ComplaintNotifyResult;
import com.github.binarywang.wxpay.service.ComplaintService;
import java.io.ByteArrayInputStream;
import java.util.Arrays;
import java.util.List;

final class Complaints {
  private static final ComplaintService SERVICE = Client.WXPAY.getComplaintsService();
  private static final String MCHID = Sandbox.env("MCH_ID");

  private final Sandbox.Shop shop;
  private String id;

  private Complaints(Sandbox.Shop shop) {
    this.shop = shop;
  }

  static void flows(Sandbox.Shop shop) {
    new Complaints(shop).take();
  }

  private void take() {
    String url = shop.url("complained");
    Sandbox.flow("V3 URL of complaint notifications", () -> {
      SERVICE.addComplaintNotifyUrl(new ComplaintNotifyUrlRequest(shop.url("old")));
      Sandbox.check(SERVICE.updateComplaintNotifyUrl(new ComplaintNotifyUrlRequest(url)).getUrl().equals(url), url);
      Sandbox.check(SERVICE.getComplaintNotifyUrl().getUrl().equals(url), url);
    });
    Sandbox.flow("V3 complaint notification", () -> {
      String terms = "{\"detail\":\"商品 <坏了> & 不退\",\"refund_fen\":1}";
      id = Sandbox.control("/orders/WXJAVA3-NATIVE/complain", terms).get("complaint_id").getAsString();
      told("CREATE_COMPLAINT");
    });
    Sandbox.flow("V3 list of complaints, with encrypted phones", () -> {
      List<ComplaintDetailResult> found = SERVICE.queryComplaints(new ComplaintRequest(50, 0,
          System.getenv("BILL_DATE"), Sandbox.today(), MCHID)).getData();
      Sandbox.check(found.stream().anyMatch(one -> one.getComplaintId().equals(id)), found);
    });
    Sandbox.flow("V3 detail of a complaint, with an encrypted phone", () -> {
      ComplaintDetailResult found = detail();
      Sandbox.check(found.getComplaintState().equals("PENDING") && found.getPayerPhone().equals("18500000000"), found);
    });
    String[] image = new String[1];
    Sandbox.flow("V3 image for a complaint", () -> image[0] = SERVICE
        .uploadResponseImage(new ByteArrayInputStream(Sandbox.PNG), "evidence.png").getMediaId());
    Sandbox.flow("V3 reply to a complaint", () -> {
      SERVICE.submitResponse(ResponseRequest.newBuilder().complaintId(id).complaintedMchid(MCHID)
          .responseContent("已为您 <退款> & 致歉").responseImages(List.of(image[0])).build());
      told("MERCHANT_RESPONSE");
    });
    Sandbox.flow("V3 history of a complaint, with an image", () -> {
      List<NegotiationHistory> history = SERVICE.queryNegotiationHistorys(new NegotiationHistoryRequest(id, 50, 0)).getData();
      NegotiationHistory replied = history.get(1);
      Sandbox.check(replied.getOperateType().equals("MERCHANT_RESPONSE"), history);
      String source = replied.getComplaintMediaList().getMediaUrl().get(0);
      Sandbox.check(Arrays.equals(Client.WXPAY.downloadV3(source).readAllBytes(), Sandbox.PNG), history);
    });
    Sandbox.flow("V3 complaint completed", () -> {
      SERVICE.complete(new CompleteRequest(id, MCHID));
      told("MERCHANT_CONFIRM_COMPLETE");
      Sandbox.check(detail().getComplaintState().equals("PROCESSED"), detail());
      SERVICE.deleteComplaintNotifyUrl();
    });
  }

  private void told(String action) throws Exception {
    ComplaintNotifyResult.DecryptNotifyResult notice = shop.next(ComplaintNotifyResult.DecryptNotifyResult.class);
    Sandbox.check(notice.getComplaintId().equals(id) && notice.getActionType().equals(action), notice);
  }

  private ComplaintDetailResult detail() throws Exception {
    return SERVICE.getComplaint(new ComplaintDetailRequest(id));
  }
}
