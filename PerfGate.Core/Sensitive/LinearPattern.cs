using System.Text.RegularExpressions;

namespace PerfGate.Core.Sensitive;

/// <summary>Regular expressions for texts that anybody may have written.</summary>
public static class LinearPattern
{
    /// <summary>
    /// One that takes linear time for a match, whatever the text. Its groups capture nothing: to find out what they hold would take a
    /// kilobyte of memory for each character of a match. It has no time limit, which it does not need, and with which .NET 10's engine
    /// (10.0.12) finds nothing more in some texts once it has read one of 200,000 characters.
    /// </summary>
    /// <exception cref="ArgumentException">It is no pattern.</exception>
    /// <exception cref="NotSupportedException">It needs to go back in the text.</exception>
    public static Regex Of(string pattern) =>
        new(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);
}
