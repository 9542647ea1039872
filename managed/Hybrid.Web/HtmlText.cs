using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace Hybrid.Web;

/// <summary>HTML as an interpolated string: what stands in braces is encoded, unless it is <see cref="HtmlText"/> itself.</summary>
[InterpolatedStringHandler]
public readonly struct HtmlText
{
    readonly StringBuilder _text;

    public HtmlText(int literalLength, int formattedCount) => _text = new StringBuilder(literalLength + (formattedCount * 16));

    public static HtmlText Empty => $"";

    public void AppendLiteral(string literal) => _text.Append(literal);

    public void AppendFormatted(string? value) => _text.Append(HtmlEncoder.Default.Encode(value ?? ""));

    public void AppendFormatted(long value) => _text.Append(value.ToString(CultureInfo.InvariantCulture));

    public void AppendFormatted(HtmlText value) => _text.Append(value._text);

    public override string ToString() => _text.ToString();
}
