using OpenTelemetry;
using OpenTelemetry.Logs;
using PerfGate.Core.K6Output;
using PerfGate.Core.Sensitive;

namespace PerfGate.Adapters.Telemetry;

/// <summary>Takes what may be a secret out of log records before they leave this process: out of texts, values and exceptions.</summary>
internal sealed class CleanLogs : BaseProcessor<LogRecord>
{
    private const int LongestTrace = 8000;

    /// <inheritdoc />
    public override void OnEnd(LogRecord data)
    {
        if (data.FormattedMessage is { } message)
        {
            data.FormattedMessage = SensitiveText.Strip(message);
        }
        var attributes = new List<KeyValuePair<string, object?>>();
        foreach (var (name, value) in data.Attributes ?? [])
        {
            // Numbers and the like are no secrets; anything else is what it says of itself.
            attributes.Add(
                new(name, value is null or bool or ValueType ? value : SensitiveText.Strip(value.ToString() ?? ""))
            );
        }
        if (data.Exception is { } exception)
        {
            // The exporter would write it as it is.
            data.Exception = null;
            attributes.Add(new("exception.type", exception.GetType().FullName));
            attributes.Add(new("exception.message", SensitiveText.Strip(exception.Message)));
            attributes.Add(new("exception.stacktrace", SensitiveText.Strip(exception.ToString(), LongestTrace)));
        }
        data.Attributes = attributes;
    }
}
