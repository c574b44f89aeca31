using System.Globalization;
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
            RecursionDepthOverflowException => "RangeError: Maximum call stack size exceeded",
            ScriptException unsupported => unsupported.Message,
            ExecutionCanceledException => null,
            Jint.Runtime.Modules.ModuleResolutionException other => other.Message,
            _ => null,
        };

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
