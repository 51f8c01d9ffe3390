//! What a front end needs for pages of WeChat Pay that are signed with the APIv2 key (APIv2密钥),
//! those of APIv3 products among them.
//!
//! A merchant who has the keys of APIv3 alone can make none of these: the APIv2 key has to be set
//! on the merchant platform, too. What the front end is told when the user comes back proves
//! nothing: query.

mod coupon;
mod payscore;
mod red_packet;

pub use coupon::{Coupon, CouponPlugin};
pub use payscore::PayscoreDetail;
pub use red_packet::MiniProgramRedPacket;
