//! A file for people to look at, made of lines of text.

/// A PDF of one page with these lines, which are plain ASCII: the same bytes whenever it is asked
/// for.
pub(crate) fn pdf(lines: &[String]) -> Vec<u8> {
    let text: String = lines
        .iter()
        .map(|line| format!("({line}) Tj T*\n"))
        .collect();
    let page = format!("BT /F1 12 Tf 16 TL 50 780 Td\n{text}ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{page}\nendstream", page.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>".to_owned(),
    ];
    let mut pdf = "%PDF-1.4\n".to_owned();
    let mut places = String::new();
    for (n, object) in objects.iter().enumerate() {
        places += &format!("{:010} 00000 n \n", pdf.len());
        pdf += &format!("{} 0 obj\n{object}\nendobj\n", n + 1);
    }
    let (start, size) = (pdf.len(), objects.len() + 1);
    pdf += &format!("xref\n0 {size}\n0000000000 65535 f \n{places}");
    pdf += &format!("trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n");
    pdf.into_bytes()
}

/// A text without the characters that mean something in a PDF.
pub(crate) fn ascii(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    text.chars()
        .map(|c| if plain(c) { c } else { '?' })
        .collect()
}
