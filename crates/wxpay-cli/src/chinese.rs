//! The errors of the libraries and of the system, in Chinese.

use std::error::Error;
use std::io;
use std::str::Utf8Error;
use std::string::FromUtf8Error;

use wxpay_api::core::{
    DecodeError, DecodeProblem, ErrorKind, InvalidInput, Sent, TransportError, VerificationError,
    VerificationFailure, XmlError,
};
use wxpay_api::transport::UploadError;
use wxpay_api::v3::RefreshError;
use wxpay_bill::BillError;
use wxpay_sandbox::{DirectoryError, SnapshotError, StartError, StateFileError};

pub(crate) use self::payout::payout_text;

mod payout;
mod sentences;

/// What an error says, without those behind it. Nothing if it is not known here.
pub(crate) fn of(error: &(dyn Error + 'static)) -> Option<String> {
    if let Some(kind) = error.downcast_ref::<ErrorKind>() {
        return of_kind(kind);
    }
    if let Some(invalid) = error.downcast_ref::<InvalidInput>() {
        return Some(format!("{}：{}", invalid.field(), invalid.rule_zh()));
    }
    if let Some(error) = error.downcast_ref::<TransportError>() {
        return Some(transport(error).to_owned());
    }
    if let Some(error) = error.downcast_ref::<UploadError>() {
        return Some(error.zh());
    }
    if let Some(error) = error.downcast_ref::<VerificationError>() {
        let why = payout_text(&error.failure().to_string());
        return Some(format!("未通过验证：{why}"));
    }
    if let Some(failure) = error.downcast_ref::<VerificationFailure>() {
        return Some(payout_text(&failure.to_string()));
    }
    if let Some(error) = error.downcast_ref::<DecodeError>() {
        return Some(decode(error));
    }
    if let Some(error) = error.downcast_ref::<XmlError>() {
        return Some(payout_text(&error.to_string()));
    }
    if let Some(error) = error.downcast_ref::<BillError>() {
        return Some(error.zh());
    }
    if let Some(error) = error.downcast_ref::<RefreshError>() {
        return refresh(error);
    }
    if let Some(error) = error.downcast_ref::<StartError>() {
        return start(error);
    }
    if let Some(error) = error.downcast_ref::<StateFileError>() {
        return Some(state_file(error));
    }
    if let Some(error) = error.downcast_ref::<DirectoryError>() {
        return directory(error);
    }
    if let Some(error) = error.downcast_ref::<SnapshotError>() {
        return snapshot(error);
    }
    if let Some(text) = payout::of(error) {
        return Some(text);
    }
    if let Some(error) = error.downcast_ref::<FromUtf8Error>() {
        return Some(utf8(error.utf8_error()));
    }
    if let Some(error) = error.downcast_ref::<Utf8Error>() {
        return Some(utf8(*error));
    }
    error.downcast_ref::<io::Error>().and_then(system)
}

fn of_kind(kind: &ErrorKind) -> Option<String> {
    match kind {
        ErrorKind::Invalid(error) => of(error),
        ErrorKind::Transport(error) => of(error),
        ErrorKind::Verification(error) => of(error),
        ErrorKind::Decode(error) => of(error),
        _ => None,
    }
}

fn transport(error: &TransportError) -> &'static str {
    match error.sent() {
        Sent::No => "请求没有发出",
        Sent::Maybe => "没有收到完整的应答，请求可能已经发出",
    }
}

fn decode(error: &DecodeError) -> String {
    let field = error.field();
    match error.problem() {
        DecodeProblem::Missing => format!("{field}：缺失"),
        DecodeProblem::Malformed => format!("{field}：格式有误"),
        DecodeProblem::Mismatch => format!("{field}：与请求不符"),
        DecodeProblem::Unknown(names) => {
            format!("{field}：不是该请求的字段；可用字段：{names}")
        }
        DecodeProblem::Fixed(value) => format!("{field}：固定为 {value}；可以不传，传则必须是该值"),
        DecodeProblem::OneOf(names) => format!("{field}：必须且只能传其中一个：{names}"),
        DecodeProblem::Json(problem) => match place(problem) {
            Some((line, column)) => {
                format!("{field}：不是有效的 JSON，问题在第 {line} 行第 {column} 列")
            }
            None => format!("{field}：不是有效的 JSON"),
        },
        _ => format!("{field}：内容有误"),
    }
}

/// The place in a message of the JSON parser, which ends in `at line 1 column 5`.
fn place(problem: &str) -> Option<(u64, u64)> {
    let (_, place) = problem.rsplit_once("at line ")?;
    let (line, column) = place.split_once(" column ")?;
    Some((line.parse().ok()?, column.parse().ok()?))
}

fn refresh(error: &RefreshError) -> Option<String> {
    Some(match error {
        RefreshError::NoCertificates => {
            "该商户没有平台证书：请使用微信支付公钥（PUB_KEY_ID_…）".to_owned()
        }
        RefreshError::Expired => {
            "该商户的平台证书已全部过期，且没有新的证书：请使用微信支付公钥（PUB_KEY_ID_…），或联系微信支付技术支持".to_owned()
        }
        RefreshError::Call(_) => "无法下载平台证书".to_owned(),
        RefreshError::Unreadable(_) => "平台证书列表无法解析".to_owned(),
        RefreshError::Certificate(_) => "平台证书无法使用".to_owned(),
        RefreshError::Status(status) => format!("无法下载平台证书：HTTP {status}"),
        RefreshError::Unverified(_) => "平台证书列表未通过验证，不能证明来自微信支付".to_owned(),
        _ => return None,
    })
}

fn start(error: &StartError) -> Option<String> {
    Some(match error {
        StartError::Listen { address, .. } => format!("无法监听 {address}"),
        StartError::Keys(_) => "无法生成密钥和证书".to_owned(),
        StartError::Snapshot(_) => "无法从快照继续".to_owned(),
        StartError::Directory(error) => return directory(error),
        StartError::StateFile(error) => state_file(error),
        _ => return None,
    })
}

fn state_file(error: &StateFileError) -> String {
    format!("无法读写 {}", error.file.display())
}

fn directory(error: &DirectoryError) -> Option<String> {
    Some(match error {
        DirectoryError::Foreign { dir, found } => format!(
            "{} 中有 {found}，但没有沙箱的密钥；请选择空目录或新目录",
            dir.display()
        ),
        DirectoryError::Incomplete(file) => format!(
            "缺少 {}；请放回该文件，或删除整个目录以重新生成密钥",
            file.display()
        ),
        DirectoryError::Damaged { file, .. } => format!(
            "{} 的内容有误；请放回正确的文件，或删除整个目录以重新生成密钥",
            file.display()
        ),
        DirectoryError::Io { file, .. } => format!("无法读写 {}", file.display()),
        DirectoryError::Keys(_) => "无法生成密钥".to_owned(),
        _ => return None,
    })
}

fn snapshot(error: &SnapshotError) -> Option<String> {
    Some(match error {
        SnapshotError::Malformed { message } => match place(message) {
            Some((line, column)) => {
                format!("不是沙箱的快照，问题在第 {line} 行第 {column} 列")
            }
            None => "不是沙箱的快照".to_owned(),
        },
        SnapshotError::Version { found, expected } => {
            format!("快照的版本是 {found}，本沙箱只能读取版本 {expected}")
        }
        _ => return None,
    })
}

fn utf8(error: Utf8Error) -> String {
    let place = error.valid_up_to() + 1;
    format!("第 {place} 个字节起不是 UTF-8")
}

/// What the operating system says, with its number.
fn system(error: &io::Error) -> Option<String> {
    let said = match error.kind() {
        io::ErrorKind::NotFound => "文件或目录不存在",
        io::ErrorKind::PermissionDenied => "没有权限",
        io::ErrorKind::AlreadyExists => "已经存在",
        io::ErrorKind::IsADirectory => "这是一个目录",
        io::ErrorKind::NotADirectory => "路径中有一部分不是目录",
        io::ErrorKind::StorageFull => "磁盘空间不足",
        io::ErrorKind::ReadOnlyFilesystem => "文件系统为只读",
        io::ErrorKind::BrokenPipe => "输出已被关闭",
        io::ErrorKind::InvalidData => "内容不是 UTF-8 文本",
        io::ErrorKind::UnexpectedEof => "内容不完整",
        io::ErrorKind::AddrInUse => "地址已被占用",
        io::ErrorKind::AddrNotAvailable => "本机没有这个地址",
        io::ErrorKind::ConnectionRefused => "连接被拒绝",
        io::ErrorKind::ConnectionReset => "连接被重置",
        io::ErrorKind::HostUnreachable => "无法到达该主机",
        io::ErrorKind::NetworkUnreachable => "网络不可达",
        io::ErrorKind::TimedOut => "超时",
        _ => return None,
    };
    Some(match error.raw_os_error() {
        Some(number) => format!("{said}（os error {number}）"),
        None if error.get_ref().is_some() && error.kind() != io::ErrorKind::InvalidData => {
            return None;
        }
        None => said.to_owned(),
    })
}
