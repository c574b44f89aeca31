using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using PerfGate.Core.K6Output;

namespace PerfGate.Tests.K6Output;

/// <summary>However fast they read: the result is that of a reader that takes every row apart.</summary>
public class SampleReaderPropertyTests
{
    private static readonly string[] Metrics =
    [
        "http_reqs",
        "http_req_duration",
        "http_req_blocked",
        "http_req_waiting",
        "http_req_failed",
        "checks",
        "data_sent",
        "data_received",
        "iterations",
        "dropped_iterations",
        "vus",
        "vus_max",
        "basket_time",
        "group_duration",
        "http_req_unheard_of",
    ];

    private static readonly string[] Texts =
    [
        "",
        "home",
        "GET /gallery",
        "/a,b",
        "say \"hello\"",
        "two\nlines",
        "https://shop.example/x?a=1&b=<2>",
        "Grüße ☃ 😀",
        "tab\tand \\ and /",
        "\"",
        "a\r\nb",
    ];

    public static TheoryData<string> Releases => Captures.Releases;

    [Theory]
    [MemberData(nameof(Releases))]
    public void What_a_release_wrote_as_CSV_comes_to_the_same(string release)
    {
        var csv = Captures.Read(release, "points.csv.gz");
        var rows = SlowReader.Csv(Encoding.UTF8.GetString(csv));
        Assert.True(rows.Count > 2000);
        AssertSame(rows, csv, () => new CsvSampleReader());
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void What_a_release_wrote_as_JSON_comes_to_the_same(string release)
    {
        var json = Captures.Read(release, "points.json.gz");
        var rows = SlowReader.Ndjson(Encoding.UTF8.GetString(json));
        Assert.True(rows.Count > 2000);
        AssertSame(rows, json, () => new NdjsonSampleReader());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Any_CSV_comes_to_the_same(int seed)
    {
        var random = new Random(seed);
        string[] columns =
        [
            "metric_name",
            "timestamp",
            "metric_value",
            "check",
            "error",
            "error_code",
            "expected_response",
            "group",
            "method",
            "name",
            "proto",
            "scenario",
            "status",
            "extra_tags",
        ];
        if (seed % 3 == 0)
        {
            random.Shuffle(columns);
        }
        var breaks = seed % 2 == 0 ? "\r\n" : "\n";
        var csv = new StringBuilder(string.Join(',', columns) + breaks);
        foreach (var (metric, second, value, tags) in Rows(random))
        {
            csv.AppendJoin(
                ',',
                columns.Select(column =>
                    column switch
                    {
                        "metric_name" => metric,
                        "timestamp" => second.ToString(CultureInfo.InvariantCulture),
                        "metric_value" => value,
                        _ => Quoted(tags.GetValueOrDefault(column, ""), random),
                    }
                )
            );
            csv.Append(breaks).Append(random.Next(40) == 0 ? breaks : "");
        }
        var text = csv.ToString();
        AssertSame(SlowReader.Csv(text), Encoding.UTF8.GetBytes(text), () => new CsvSampleReader());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Any_JSON_comes_to_the_same(int seed)
    {
        var random = new Random(seed);
        var breaks = seed % 2 == 0 ? "\r\n" : "\n";
        var json = new StringBuilder();
        foreach (var (metric, second, value, tags) in Rows(random))
        {
            if (random.Next(50) == 0)
            {
                json.Append(
                    $$$"""{"type":"Metric","data":{"name":"{{{metric}}}","type":"trend","contains":"time","thresholds":[],"submetrics":null},"metric":"{{{metric}}}"}"""
                );
                json.Append(breaks);
            }
            var time = DateTimeOffset.FromUnixTimeSeconds(second).AddTicks(random.Next(10_000_000));
            var text = (seed % 4) switch
            {
                0 => time.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
                1 => time.ToOffset(TimeSpan.FromMinutes(330))
                    .ToString("yyyy-MM-ddTHH:mm:ss.fffzzz", CultureInfo.InvariantCulture),
                _ => time.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture) + "Z",
            };
            string[] data =
            [
                $"\"time\":\"{text}\"",
                $"\"value\":{value}",
                $"\"tags\":{{{string.Join(',', tags.Select(tag => $"{JsonText(tag.Key, random)}:{JsonText(tag.Value, random)}"))}}}",
            ];
            string[] parts = [$"\"metric\":\"{metric}\"", "\"type\":\"Point\"", ""];
            if (random.Next(5) == 0)
            {
                random.Shuffle(data);
                parts[2] = $"\"data\": {{ {string.Join(" , ", data)} ,\"metadata\":{{\"vu\":\"1\"}}}}";
                random.Shuffle(parts);
            }
            else
            {
                parts[2] = $"\"data\":{{{string.Join(',', data)}}}";
            }
            json.Append($"{{{string.Join(',', parts)}}}{breaks}").Append(random.Next(40) == 0 ? breaks : "");
        }
        var whole = json.ToString();
        AssertSame(SlowReader.Ndjson(whole), Encoding.UTF8.GetBytes(whole), () => new NdjsonSampleReader());
    }

    [Fact]
    public void Numbers_are_the_nearest_doubles()
    {
        var random = new Random(11);
        for (var i = 0; i < 200_000; i++)
        {
            var text = (i % 4) switch
            {
                0 => random.NextInt64().ToString(CultureInfo.InvariantCulture),
                1 => BitConverter.Int64BitsToDouble(random.NextInt64()).ToString("R", CultureInfo.InvariantCulture),
                2 => FormattableString.Invariant($"{random.Next(100_000)}.{random.Next(1_000_000):000000}"),
                _ => (random.NextDouble() * Math.Pow(10, random.Next(-9, 12))).ToString(
                    "R",
                    CultureInfo.InvariantCulture
                ),
            };
            var expected = double.Parse(text, CultureInfo.InvariantCulture);
            if (!(Math.Abs(expected) <= 1e18))
            {
                // What cannot have been measured is none.
                Assert.Equal(0, DecimalText.Read(Encoding.UTF8.GetBytes(text + ","), out _));
                continue;
            }
            Assert.Equal(text.Length, DecimalText.Read(Encoding.UTF8.GetBytes(text + ","), out var value));
            Assert.Equal(BitConverter.DoubleToInt64Bits(expected), BitConverter.DoubleToInt64Bits(value));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("+Inf")]
    [InlineData("+1")]
    [InlineData("-")]
    [InlineData(".5")]
    [InlineData("5.")]
    [InlineData("5.e1")]
    [InlineData("007")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("1e999")]
    [InlineData("0x10")]
    public void What_is_no_number_of_JSON_is_none(string text)
    {
        var used = DecimalText.Read(Encoding.UTF8.GetBytes(text + ","), out _);
        Assert.NotEqual(text.Length == 0 ? -1 : text.Length, used);
        Assert.True(used == 0 || text == "0x10" || text.Contains('e'), $"{text}: {used}");
    }

    private static IEnumerable<(string Metric, long Second, string Value, Dictionary<string, string> Tags)> Rows(
        Random random
    )
    {
        // A few sets of tags that come again and again, as they do, and every now and then one of its own.
        var sets = Enumerable.Range(0, 12).Select(i => Tags(random, i)).ToArray();
        var second = 1_795_400_000L;
        for (var i = 0; i < 4000; i++)
        {
            second += random.Next(60) == 0 ? 1 : 0;
            var tags = random.Next(20) == 0 ? Tags(random, 1000 + random.Next(200)) : sets[(i / 5) % sets.Length];
            var metric = Metrics[random.Next(3) == 0 ? random.Next(Metrics.Length) : i % 5];
            yield return (metric, second - random.Next(2), Value(metric, random), tags);
        }
    }

    private static Dictionary<string, string> Tags(Random random, int number)
    {
        var tags = new Dictionary<string, string>
        {
            ["group"] = random.Next(3) == 0 ? "" : "::shop::" + Texts[random.Next(Texts.Length)],
            ["method"] = random.Next(2) == 0 ? "GET" : "POST",
            ["name"] = Texts[random.Next(Texts.Length)] + (random.Next(2) == 0 ? "" : number),
            ["scenario"] = random.Next(3) == 0 ? "" : "browse",
            ["check"] = Texts[random.Next(Texts.Length)],
            ["status"] = random.Next(3) == 0 ? "0" : "200",
            ["error"] = random.Next(3) == 0 ? Texts[random.Next(Texts.Length)] : "",
            ["error_code"] = random.Next(3) == 0 ? "1212" : "",
            ["extra_tags"] = number.ToString(CultureInfo.InvariantCulture),
        };
        if (random.Next(4) > 0)
        {
            tags["expected_response"] = random.Next(2) == 0 ? "true" : "false";
        }
        return tags;
    }

    private static string Value(string metric, Random random) =>
        // Things that are counted come whole.
        metric is "http_reqs" or "iterations" or "dropped_iterations" or "vus" or "vus_max"
            ? FormattableString.Invariant($"{random.Next(4)}{(random.Next(2) == 0 ? ".000000" : "")}")
            : random.Next(9) switch
            {
                0 => "0",
                1 => "0.000000",
                2 => "1",
                3 => FormattableString.Invariant($"{random.NextDouble() * 100:R}"),
                4 => FormattableString.Invariant($"{random.Next(1, 100)}e-0{random.Next(1, 8)}"),
                5 => FormattableString.Invariant($"{random.Next(1, 100)}E+{random.Next(1, 3)}"),
                _ => FormattableString.Invariant($"{random.Next(3000)}.{random.Next(1_000_000):000000}"),
            };

    private static string Quoted(string text, Random random) =>
        text.AsSpan().IndexOfAny(",\"\r\n") >= 0 || random.Next(30) == 0 ? $"\"{text.Replace("\"", "\"\"")}\"" : text;

    // Go escapes <, > and & as well; another writer escapes nothing it need not.
    private static string JsonText(string text, Random random) =>
        $"\"{(random.Next(3) == 0 ? JavaScriptEncoder.UnsafeRelaxedJsonEscaping : JavaScriptEncoder.Default).Encode(text)}\"";

    private static void AssertSame(List<SlowReader.Row> rows, byte[] output, Func<SampleReader> make)
    {
        var expected = SlowReader.Totals(rows);
        Assert.Equal(expected.ToList(), SlowReader.Totals(Captures.Condense(make(), output)).ToList());

        // Bytes arrive in any portions, and seconds close meanwhile.
        var reader = make();
        var condenser = new Condenser();
        var records = new List<SecondRecord>();
        for (var start = 0; start < output.Length; start += 97)
        {
            reader.Append(output.AsSpan(start, Math.Min(97, output.Length - start)));
            Assert.True(reader.ReadInto(condenser), reader.Problem?.ToString());
            records.AddRange(condenser.TakeClosed());
        }
        records.AddRange(condenser.TakeAll());
        Assert.Equal(rows.Count, condenser.Points);
        var written = records.SelectMany(record => SecondRecordJson.ReadLines(SecondRecordJson.Write(record), out _));
        Assert.Equal(expected.ToList(), SlowReader.Totals(written).ToList());
    }
}
