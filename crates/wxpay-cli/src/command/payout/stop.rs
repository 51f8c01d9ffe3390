//! Ctrl-C and the like end a run in order.

use std::io::{Write, stderr};

use wxpay_payout::Stop;

use crate::lang::Lang;

/// Stops on the first signal, and leaves at once on the second, which is as safe as any end.
pub(super) fn on_signal(stop: Stop, lang: Lang) {
    tokio::spawn(async move {
        if signal().await.is_err() {
            return;
        }
        stop.stop();
        let _ = writeln!(
            stderr(),
            "\n{}",
            lang.pick(
                "Stopping: the calls under way are waited for. Once more to leave at once; nothing is lost.",
                "正在停止：等待进行中的请求结束。再按一次立即退出，不会丢失任何记录。",
            )
        );
        if signal().await.is_ok() {
            std::process::exit(INTERRUPTED);
        }
    });
}

#[cfg(unix)]
async fn signal() -> std::io::Result<()> {
    use tokio::signal::unix;

    let mut terminate = unix::signal(unix::SignalKind::terminate())?;
    tokio::select! {
        ended = tokio::signal::ctrl_c() => ended,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn signal() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

const INTERRUPTED: i32 = 130;
