using System.Text;
using PerfGate.Core.Admission;
using PerfGate.Core.K6Output;
using PerfGate.Core.Metrics;
using PerfGate.Core.Requests;
using PerfGate.Core.Runners;
using PerfGate.Core.Schedules;
using PerfGate.Core.Sensitive;

namespace PerfGate.Tests.Fuzz;

/// <summary>Inputs that broke a parser once, found by fuzzing, each as short as it can be told.</summary>
public sealed class BrokenInputTests
{
    [Fact]
    public void A_first_key_that_is_no_Unicode_is_no_format_of_k6()
    {
        Assert.Null(OutputFormats.Of([.. "{\""u8, 0xEE, .. "\":1}"u8]));
        Assert.Null(OutputFormats.Of("{\"\\ud800\":1}"u8));
    }

    [Theory]
    [InlineData("""{"metrics":{"http_reqs":{"count":1e999,"rate":1}}}""")]
    [InlineData("""{"metrics":{"http_reqs":{"count":5,"rate":-1e200}}}""")]
    [InlineData("""{"metrics":{"http_reqs":{"count":5,"rate":1}},"state":{"testRunDurationMs":0.00001}}""")]
    [InlineData(
        """{"metrics":{},"root_group":{"path":"","checks":[{"name":"a","passes":9223372036854775807,"fails":0}]}}"""
    )]
    [InlineData("""{"results":{"metrics":[{"name":"a","type":"gauge","values":{"value":1e999}}]}}""")]
    public void A_summary_with_a_number_that_nobody_measured_is_refused_before_it_becomes_an_infinity(string json)
    {
        var read = SummaryReader.TryRead(Encoding.UTF8.GetBytes(json), out _, out var problem);

        Assert.False(read);
        Assert.Equal("it has a value that cannot have been measured", problem);
    }

    [Theory]
    [InlineData("http_req_duration,1767225600,1e300", "metric_value")]
    [InlineData("vus,1767225600,1e12", "number of requests, iterations or VUs")]
    [InlineData("http_reqs,1767225600,-1", "number of requests, iterations or VUs")]
    [InlineData("iterations,1767225600,1e15", "number of requests, iterations or VUs")]
    public async Task A_sample_that_nobody_measured_is_refused_before_its_sum_overflows(string row, string problem)
    {
        var csv = $"metric_name,timestamp,metric_value\n{row}\n";

        var end = await OutputReader.ReadAsync(
            new MemoryStream(Encoding.UTF8.GetBytes(csv)),
            _ => default,
            TestContext.Current.CancellationToken
        );

        Assert.Equal(2, end.Problem!.Line);
        Assert.Contains(problem, end.Problem.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"v":2,"t":-1}""")]
    [InlineData("""{"v":2,"t":9223372036854775807}""")]
    [InlineData("""{"v":2,"t":1,"vus":2147483647}""")]
    [InlineData("""{"v":2,"t":1,"it":1e300}""")]
    [InlineData("""{"v":2,"t":1,"sent":1e999}""")]
    [InlineData("""{"v":2,"t":1,"checks":[["a",-1,0]]}""")]
    [InlineData("""{"v":2,"t":1,"ph":{"waiting":[1,1,9,3,"AAAA"]}}""")]
    [InlineData("""{"v":2,"t":1,"req":[{"s":"","g":"","e":"","n":9223372036854775807}]}""")]
    public void A_record_of_a_runner_that_nobody_measured_is_refused(string line) =>
        Assert.Throws<FormatException>(() => SecondRecordJson.Read(Encoding.UTF8.GetBytes(line)));

    [Fact]
    public void Records_years_apart_do_not_fill_the_memory_with_the_seconds_between_them()
    {
        var builder = new RunMetricsBuilder();
        var buckets = new SeriesBuckets();
        builder.Add(0, new SecondRecord { Second = 1 });
        buckets.Add(0, new SecondRecord { Second = 1 });

        var late = new SecondRecord { Second = 1_767_225_600 };

        Assert.Throws<FormatException>(() => builder.Add(1, late));
        Assert.Throws<FormatException>(() => buckets.Add(1, late));
    }

    [Fact]
    public void A_summary_with_text_that_is_no_Unicode_is_not_kept()
    {
        Assert.False(SummarySecrets.TryStrip("{\"a\":\"\\ud800\"}"u8.ToArray(), out _));
        Assert.False(SummarySecrets.TryStrip("{\"\\udc00\":1}"u8.ToArray(), out _));
        Assert.False(SummarySecrets.TryStrip((byte[])[.. "{\"a\":\""u8, 0xFE, .. "\"}"u8], out _));
    }

    [Fact]
    public void Many_names_that_differ_in_their_secrets_alone_are_numbered_without_looking_from_the_first_on_each_time()
    {
        var names = string.Join(',', Enumerable.Range(0, 40_000).Select(i => $"\"token={i:x8}\":1"));

        var kept = SummarySecrets.TryStrip(Encoding.UTF8.GetBytes($"{{{names}}}"), out var stripped);

        Assert.True(kept);
        Assert.Contains("(40000)", Encoding.UTF8.GetString(stripped!), StringComparison.Ordinal);
    }

    [Fact]
    public void A_cron_expression_with_the_H_of_Jenkins_is_refused()
    {
        var read = ScheduleReader.Read("""{"cron":"H 2 * * *"}"""u8.ToArray(), TestType.Load, Limits.Default);

        Assert.Equal("cron", Assert.Single(read.Errors).Field);
        Assert.Null(ChangeWindow.Read("H 22 * * 1-5 for 6h"));
    }

    [Theory]
    [InlineData("http://xn--ls\ufffd8h.shop.example/")]
    [InlineData("http://xN--\ufffds8h/")]
    public void A_host_that_no_name_can_be_is_refused_and_matches_no_rule(string url)
    {
        var request = $$$"""{"testType":"load","environment":"staging","configuration":{"baseUrl":"{{{url}}}"}}""";

        var read = RequestReader.Read(Encoding.UTF8.GetBytes(request), Limits.Default);

        Assert.Equal("configuration.baseUrl", Assert.Single(read.Errors).Field);
        Assert.False(TargetRules.IsHostRule(url["http://".Length..^1]));
        if (Uri.TryCreate(url, UriKind.Absolute, out var parsed))
        {
            Assert.NotNull(new TargetRules { Hosts = ["shop.example"] }.Problem(parsed));
        }
    }

    // What is quadratic in these would take minutes.
    [Theory]
    [InlineData("a", " ://b@")]
    [InlineData("a://", "")]
    [InlineData("http://u:p ", "")]
    [InlineData("-----BEGIN PRIVATE KEY-----", "")]
    [InlineData("?", "a://b")]
    [InlineData("token=", "")]
    public void Secrets_are_looked_for_in_a_time_that_grows_with_the_text_and_not_with_its_square(
        string piece,
        string end
    )
    {
        var text = string.Concat(Enumerable.Repeat(piece, 300_000 / piece.Length)) + end;

        Assert.NotNull(SensitiveText.Strip(text));
        Assert.True(SensitiveText.Strip(text, 300).Length <= 300);
    }

    // A state for each letter, and to find out what a group has caught, took a kilobyte a character.
    [Theory]
    [InlineData("anna@", "f", ".ch")]
    [InlineData("http://shop.test/?q=", "a", "")]
    [InlineData("http://", "a", "@shop.test")]
    public void One_long_word_in_what_secrets_are_looked_for_in_takes_no_memory_beyond_its_copies(
        string start,
        string piece,
        string end
    )
    {
        var text = start + string.Concat(Enumerable.Repeat(piece, 200_000)) + end;
        SensitiveText.Strip(start + piece + end);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var stripped = SensitiveText.Strip(text);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100 * text.Length);
        Assert.DoesNotContain(new string('f', 20), stripped, StringComparison.Ordinal);
        Assert.DoesNotContain(new string('a', 20), stripped, StringComparison.Ordinal);
    }

    [Fact]
    public void A_histogram_that_asks_for_a_dictionary_of_zlib_is_damaged()
    {
        var payload = Convert.FromBase64String(
            "HISTFAAAADd4IAEsANP/HISTEwAAAH0AAAAAAAAAAwAAAAAAAAABAAADRjC4oAA/8AAAAAAAAJmiAQJkRwWN"
        );

        Assert.Throws<FormatException>(() => SketchPayload.AddTo(payload, new ValueCounts()));
    }

    [Fact]
    public void Progress_of_records_at_the_edges_is_told()
    {
        var progress = new LiveProgress();
        var line = """{"v":2,"t":253402300799,"vus":10000000,"req":[{"s":"","g":"","e":"","n":1000000000000}]}""";
        progress.Add(0, SecondRecordJson.Read("{\"v\":2,\"t\":0}"u8.ToArray()));
        progress.Add(0, SecondRecordJson.Read(Encoding.UTF8.GetBytes(line)));

        Assert.Equal(1_000_000_000_000, progress.Current()!.Requests);
    }
}
