using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace PerfGate.Core.Reports;

/// <summary>
/// A piece of HTML. Made only from an interpolated string whose holes are encoded, so that text from outside cannot become
/// markup by being forgotten.
/// </summary>
internal readonly struct Markup
{
    private readonly string? text;

    private Markup(string text) => this.text = text;

    /// <summary>Nothing.</summary>
    public static Markup Empty => new("");

    /// <summary>The literal parts as they are, every hole encoded unless it is markup itself.</summary>
    public static Markup Of(MarkupHandler html) => new(html.ToString());

    /// <summary>The pieces one after the other.</summary>
    public static Markup Join(IEnumerable<Markup> pieces) => new(string.Concat(pieces));

    /// <summary>A constant of this assembly, taken as it is. Never for text that came from outside.</summary>
    public static Markup Constant(string constant) => new(constant);

    /// <inheritdoc />
    public override string ToString() => text ?? "";
}

/// <summary>Builds <see cref="Markup"/>: numbers are written invariantly, text is encoded.</summary>
[InterpolatedStringHandler]
internal readonly ref struct MarkupHandler
{
    private readonly StringBuilder html;

    public MarkupHandler(int literalLength, int formattedCount) =>
        html = new StringBuilder(literalLength + (formattedCount * 16));

    public void AppendLiteral(string literal) => html.Append(literal);

    public void AppendFormatted(Markup markup) => html.Append(markup.ToString());

    public void AppendFormatted(string? outside) => html.Append(WebUtility.HtmlEncode(PlainText.Clean(outside)));

    public void AppendFormatted<T>(T number)
        where T : struct, IFormattable =>
        html.Append(WebUtility.HtmlEncode(number.ToString(null, CultureInfo.InvariantCulture)));

    public void AppendFormatted<T>(T number, string format)
        where T : struct, IFormattable =>
        html.Append(WebUtility.HtmlEncode(number.ToString(format, CultureInfo.InvariantCulture)));

    public override string ToString() => html.ToString();
}
