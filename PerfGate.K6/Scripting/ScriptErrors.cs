using System.Globalization;
using System.Text.RegularExpressions;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;

namespace PerfGate.K6.Scripting;

/// <summary>Exceptions of scripts as k6 logs them: the error, then where it was thrown.</summary>
internal static class ScriptErrors
{
    /// <summary>The text for the log; null for exceptions that are not the script's.</summary>
    public static string? Describe(Exception exception) =>
        exception switch
        {
            JavaScriptException thrown => $"{Text(thrown.Error)}\n\tat {Where(thrown)}\n",
            PromiseRejectedException rejected => $"Uncaught (in promise) {Text(rejected.RejectedValue)}",
            RecursionDepthOverflowException or InsufficientExecutionStackException =>
                "RangeError: Maximum call stack size exceeded",
            RegexMatchTimeoutException late => string.Create(
                CultureInfo.InvariantCulture,
                $"Error: a regular expression took longer than {late.MatchTimeout.TotalSeconds} s"
            ),
            OutOfMemoryException memory => OutOfMemory(memory),
            ScriptException unsupported => unsupported.Message,
            ExecutionCanceledException => null,
            Jint.Runtime.Modules.ModuleResolutionException other => other.Message,
            _ => null,
        };

    /// <summary>A script that asked for more memory than there is, or than one object may have.</summary>
    public static string OutOfMemory(OutOfMemoryException exception) =>
        $"the script needs more memory than there is for it ({exception.Message})";

    private static string Text(JsValue error) =>
        error is ObjectInstance thrown && thrown.Get("message") is { } message && !message.IsUndefined()
            ? $"{thrown.Get("name")}: {message}"
            : error.ToString();

    private static string Where(JavaScriptException thrown)
    {
        var stack = thrown.JavaScriptStackTrace?.Trim().ReplaceLineEndings("\n\t");
        return string.IsNullOrEmpty(stack)
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"{thrown.Location.SourceFile}:{thrown.Location.Start.Line}:{thrown.Location.Start.Column + 1}"
                )
            : stack.StartsWith("at ", StringComparison.Ordinal) ? stack[3..]
            : stack;
    }
}
