using System.Globalization;
using System.Text;
using System.Text.Json;
using PerfGate.Core.K6Output;
using PerfGate.Core.Sensitive;

namespace PerfGate.Tests.K6Output;

/// <summary>The obvious reader, that takes its time: every row taken apart, every value added by name.</summary>
internal static class SlowReader
{
    public sealed record Row(string Metric, long Second, double Value, IReadOnlyDictionary<string, string> Tags);

    public static List<Row> Csv(string text)
    {
        var rows = Split(text);
        var header = rows[0];
        return
        [
            .. rows.Skip(1)
                .Select(row =>
                {
                    Assert.Equal(header.Count, row.Count);
                    var fields = header.Zip(row).ToDictionary(pair => pair.First, pair => pair.Second);
                    return new Row(
                        fields["metric_name"],
                        long.Parse(fields["timestamp"], CultureInfo.InvariantCulture),
                        double.Parse(fields["metric_value"], CultureInfo.InvariantCulture),
                        fields
                    );
                }),
        ];
    }

    public static List<Row> Ndjson(string text)
    {
        var rows = new List<Row>();
        foreach (var line in text.Split('\n').Where(line => line.Trim().Length > 0))
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            if (root.GetProperty("type").GetString() != "Point")
            {
                continue;
            }
            var data = root.GetProperty("data");
            var tags = new Dictionary<string, string>();
            if (data.TryGetProperty("tags", out var found) && found.ValueKind == JsonValueKind.Object)
            {
                foreach (var tag in found.EnumerateObject())
                {
                    tags[tag.Name] = tag.Value.GetString()!;
                }
            }
            var time = DateTimeOffset.Parse(data.GetProperty("time").GetString()!, CultureInfo.InvariantCulture);
            rows.Add(
                new Row(
                    root.GetProperty("metric").GetString()!,
                    time.ToUnixTimeSeconds(),
                    data.GetProperty("value").GetDouble(),
                    tags
                )
            );
        }
        return rows;
    }

    /// <summary>What the rows come to, second by second, as lines of text.</summary>
    public static SortedDictionary<string, string> Totals(IEnumerable<Row> rows)
    {
        var totals = new Totals();
        foreach (var row in rows)
        {
            var at = row.Second;
            switch (row.Metric)
            {
                case "http_reqs":
                    totals.Count($"{at} requests {Key(row)}", row.Value);
                    break;
                case "http_req_duration":
                    totals.Distribute($"{at} {(Answered(row) ? "answered" : "unexpected")} {Key(row)}", row.Value);
                    break;
                case "http_req_failed" when row.Value != 0:
                    totals.Count($"{at} failed {Key(row)}", 1);
                    var status =
                        int.TryParse(Tag(row, "status"), out var number) && number is > 0 and < 1000 ? number : 0;
                    totals.Count(
                        $"{at} failure {Strip(Tag(row, "error_code"))} {status} {Strip(Tag(row, "error"))}",
                        1
                    );
                    break;
                case "http_req_failed":
                    break;
                case "http_req_blocked"
                or "http_req_connecting"
                or "http_req_tls_handshaking"
                or "http_req_sending"
                or "http_req_waiting"
                or "http_req_receiving":
                    totals.Distribute($"{at} phase {row.Metric}", row.Value);
                    break;
                case "checks":
                    totals.Count($"{at} check {(row.Value != 0 ? "passes" : "fails")} {Strip(Tag(row, "check"))}", 1);
                    break;
                case "data_sent" or "data_received" or "iterations" or "dropped_iterations":
                    totals.Count($"{at} {row.Metric}", row.Value);
                    break;
                case "vus" or "vus_max":
                    totals.Greatest($"{at} {row.Metric}", row.Value);
                    break;
                default:
                    totals.Distribute($"{at} own {row.Metric}", row.Value);
                    totals.Count($"{at} not zero {row.Metric}", row.Value != 0 ? 1 : 0);
                    break;
            }
        }
        return totals.Lines();
    }

    /// <summary>The same of condensed records.</summary>
    public static SortedDictionary<string, string> Totals(IEnumerable<SecondRecord> records)
    {
        var totals = new Totals();
        foreach (var record in records)
        {
            var at = record.Second;
            foreach (var request in record.Requests)
            {
                var key = $"{request.Scenario}|{request.Group}|{request.Endpoint}";
                totals.Count($"{at} requests {key}", request.Requests);
                totals.Count($"{at} failed {key}", request.Failed);
                totals.Distribute($"{at} answered {key}", request.Answered);
                totals.Distribute($"{at} unexpected {key}", request.Unexpected);
            }
            foreach (var failure in record.Failures)
            {
                totals.Count($"{at} failure {failure.ErrorCode} {failure.Status} {failure.Error}", failure.Count);
            }
            totals.Distribute($"{at} phase http_req_blocked", record.Phases.Blocked);
            totals.Distribute($"{at} phase http_req_connecting", record.Phases.Connecting);
            totals.Distribute($"{at} phase http_req_tls_handshaking", record.Phases.TlsHandshaking);
            totals.Distribute($"{at} phase http_req_sending", record.Phases.Sending);
            totals.Distribute($"{at} phase http_req_waiting", record.Phases.Waiting);
            totals.Distribute($"{at} phase http_req_receiving", record.Phases.Receiving);
            foreach (var check in record.Checks)
            {
                totals.Count($"{at} check passes {check.Name}", check.Passes);
                totals.Count($"{at} check fails {check.Name}", check.Fails);
            }
            totals.Count($"{at} data_sent", record.DataSent);
            totals.Count($"{at} data_received", record.DataReceived);
            totals.Count($"{at} iterations", record.Iterations);
            totals.Count($"{at} dropped_iterations", record.DroppedIterations);
            totals.Greatest($"{at} vus", record.Vus);
            totals.Greatest($"{at} vus_max", record.VusMax);
            foreach (var own in record.Custom)
            {
                totals.Distribute($"{at} own {own.Name}", own.Values);
                totals.Count($"{at} not zero {own.Name}", own.NotZero);
            }
        }
        return totals.Lines();
    }

    private static string Key(Row row)
    {
        var group = Tag(row, "group");
        var (method, name) = (Strip(Tag(row, "method")), Strip(Tag(row, "name")));
        var endpoint =
            method.Length == 0 || name.StartsWith(method + " ", StringComparison.Ordinal) ? name : $"{method} {name}";
        return $"{Strip(Tag(row, "scenario"))}|{Strip(group.StartsWith("::", StringComparison.Ordinal) ? group[2..] : group)}|{endpoint}";
    }

    private static bool Answered(Row row) =>
        Tag(row, "expected_response") is { Length: > 0 } told ? told == "true" : Tag(row, "error_code").Length == 0;

    private static string Tag(Row row, string name) => row.Tags.GetValueOrDefault(name, "");

    private static string Strip(string text) => SensitiveText.Strip(text, 300);

    /// <summary>Rows of RFC 4180, character by character; empty lines left out.</summary>
    private static List<List<string>> Split(string text)
    {
        var rows = new List<List<string>>();
        var row = new List<string>();
        var field = new StringBuilder();
        var inQuotes = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (inQuotes && c == '"' && i + 1 < text.Length && text[i + 1] == '"')
            {
                field.Append('"');
                i++;
            }
            else if (c == '"')
            {
                inQuotes = !inQuotes;
            }
            else if (inQuotes || (c is not ('\r' or '\n' or ',')))
            {
                field.Append(c);
            }
            else if (c == ',')
            {
                row.Add(field.ToString());
                field.Clear();
            }
            else if (c == '\n')
            {
                row.Add(field.ToString());
                field.Clear();
                if (row is not [""])
                {
                    rows.Add(row);
                }
                row = [];
            }
        }
        return rows;
    }
}
