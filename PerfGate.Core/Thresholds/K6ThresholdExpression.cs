using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace PerfGate.Core.Thresholds;

/// <summary>
/// A k6 threshold: aggregation, operator, bound. Grammar of k6's <c>metrics/thresholds_parser.go</c>:
/// <code>
/// expression  -> aggregation ws* operator ws* number
/// aggregation -> "count" | "rate" | "value" | "avg" | "min" | "med" | "max" | "p(" number ")"
/// operator    -> ">" | ">=" | "&lt;=" | "&lt;" | "==" | "===" | "!="
/// </code>
/// </summary>
/// <param name="Statistic">As k6's summary names it: <c>avg</c>, <c>p(95)</c>, <c>rate</c>, ...</param>
/// <param name="Percentile">0 to 100 for <c>p(N)</c>; else null.</param>
/// <param name="Operator">One of <c>&lt; &lt;= &gt; &gt;= == !=</c>.</param>
/// <param name="Bound">The bound.</param>
public sealed record K6ThresholdExpression(string Statistic, double? Percentile, string Operator, double Bound)
{
    private static readonly string[] Statistics = ["count", "rate", "value", "avg", "min", "med", "max"];
    private static readonly string[] Operators = ["<=", ">=", "===", "==", "!=", "<", ">"];

    /// <summary>Reads an expression; false with the problem where it is none.</summary>
    public static bool TryParse(
        string text,
        [NotNullWhen(true)] out K6ThresholdExpression? expression,
        [NotNullWhen(false)] out string? problem
    )
    {
        expression = null;
        var at = text.IndexOfAny(['<', '>', '=', '!']);
        var found =
            at < 0 ? null : Array.Find(Operators, op => text.AsSpan(at).StartsWith(op, StringComparison.Ordinal));
        if (found is null)
        {
            problem = $"'{text}' has no operator; expected one of < <= > >= == !=, as in p(95)<500";
            return false;
        }
        var statistic = text[..at].Trim();
        if (!TryReadStatistic(statistic, out var percentile))
        {
            problem =
                $"'{statistic}' is no aggregation; expected avg, min, med, max, count, rate, value or p(N) with N from 0 to 100";
            return false;
        }
        var number = text[(at + found.Length)..].Trim();
        if (
            !double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var bound)
            || !double.IsFinite(bound)
        )
        {
            problem = $"'{number}' is no number";
            return false;
        }
        var name = percentile is { } p ? string.Create(CultureInfo.InvariantCulture, $"p({p})") : statistic;
        expression = new K6ThresholdExpression(name, percentile, found == "===" ? "==" : found, bound);
        problem = null;
        return true;
    }

    /// <summary>Whether a measured value satisfies it; never for a value that is no number.</summary>
    public bool Holds(double measured) =>
        double.IsFinite(measured)
        && Operator switch
        {
            "<" => measured < Bound,
            "<=" => measured <= Bound,
            ">" => measured > Bound,
            ">=" => measured >= Bound,
            "==" => measured == Bound,
            _ => measured != Bound,
        };

    private static bool TryReadStatistic(string text, out double? percentile)
    {
        percentile = null;
        if (!text.StartsWith("p(", StringComparison.Ordinal) || !text.EndsWith(')'))
        {
            return Statistics.Contains(text, StringComparer.Ordinal);
        }
        var valid = double.TryParse(
            text.AsSpan(2, text.Length - 3),
            NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture,
            out var value
        );
        percentile = value;
        return valid && value is >= 0 and <= 100;
    }
}
