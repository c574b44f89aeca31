using System.Buffers.Text;
using PerfGate.Core.Sensitive;

namespace PerfGate.Core.K6Output;

/// <summary>
/// From the texts of a row to its series. Names are held to a number: a script that makes a new name for every request must
/// not fill the memory, and what comes after is named <see cref="Names.Other"/>. So are groups and endpoints beyond so many combinations
/// of scenario, group and endpoint.
/// </summary>
internal sealed class SeriesMaker
{
    // Enough for a hand-written script.
    private const int MaxNames = 500;
    private const int MaxErrors = 100;
    private const int MaxFailures = 1000;

    // Each holds histograms of its own, of every open second and of the whole.
    private const int MaxRequests = 2000;
    private const int MaxCustomMetrics = 100;

    private readonly Names _scenarios = new(MaxNames, Clean);
    private readonly Names _groups = new(
        MaxNames,
        text => Clean(text.StartsWith("::", StringComparison.Ordinal) ? text[2..] : text)
    );
    private readonly Names _methods = new(50, Clean);
    private readonly Names _urls = new(MaxNames, Clean);
    private readonly Names _checks = new(MaxNames, Clean);
    private readonly Names _codes = new(MaxNames, Clean);
    private readonly Names _errors = new(MaxErrors, Clean);
    private readonly Names _metrics = new(MaxCustomMetrics, Clean);

    private readonly FailureKey _otherFailures = new(Names.Other, 0, Names.Other);
    private readonly Dictionary<(string Method, string Name), string> _endpoints = [];
    private readonly Dictionary<(string Scenario, string Group, string Endpoint), RequestKey> _requests = [];
    private readonly Dictionary<(string Code, int Status, string Error), FailureKey> _failures = [];

    /// <summary>Makes the series one of this row; bound to no second.</summary>
    public void Fill(Series series, in TagText tags)
    {
        var kind = SampleKinds.Of(tags.Metric);
        series.Kind = kind;
        series.Bound = null;
        switch (kind)
        {
            case SampleKind.Requests:
                series.Request = Request(tags);
                break;
            case SampleKind.Duration:
                series.Request = Request(tags);
                // As k6 says; where a script has switched that tag off, whatever has no error code.
                series.Answered = tags.ExpectedResponse.IsEmpty
                    ? tags.ErrorCode.IsEmpty
                    : tags.ExpectedResponse.SequenceEqual("true"u8);
                break;
            case SampleKind.Failed:
                series.Request = Request(tags);
                series.Failure = Failure(tags);
                break;
            case SampleKind.Checks:
                series.Name = _checks.Get(tags.Check);
                break;
            case SampleKind.Custom:
                series.Name = _metrics.Get(tags.Metric);
                series.Kind = series.Name == Names.Other ? SampleKind.Ignored : kind;
                break;
        }
    }

    private static string Clean(string text) => SensitiveText.Strip(text, 300);

    private RequestKey Request(in TagText tags)
    {
        var key = (_scenarios.Get(tags.Scenario), _groups.Get(tags.Group), Endpoint(tags.Method, tags.Name));
        if (_requests.TryGetValue(key, out var request))
        {
            return request;
        }
        if (_requests.Count >= MaxRequests)
        {
            // Scenarios stay apart: there are few, and bounds are set on them.
            key = (key.Item1, Names.Other, Names.Other);
            if (_requests.TryGetValue(key, out request))
            {
                return request;
            }
        }
        _requests.Add(key, request = new RequestKey(key.Item1, key.Item2, key.Item3));
        return request;
    }

    /// <summary>Method and name; a name that begins with the method already stands alone.</summary>
    private string Endpoint(ReadOnlySpan<byte> methodUtf8, ReadOnlySpan<byte> nameUtf8)
    {
        var key = (Method: _methods.Get(methodUtf8), Name: _urls.Get(nameUtf8));
        if (!_endpoints.TryGetValue(key, out var endpoint))
        {
            endpoint =
                key.Method.Length == 0 || key.Name.StartsWith(key.Method + " ", StringComparison.Ordinal)
                    ? key.Name
                    : $"{key.Method} {key.Name}";
            _endpoints.Add(key, endpoint);
        }
        return endpoint;
    }

    private FailureKey Failure(in TagText tags)
    {
        // Whatever is no status is none: k6 writes 0 where nothing answered.
        var status = Utf8Parser.TryParse(tags.Status, out int read, out _) && read is > 0 and < 1000 ? read : 0;
        var key = (_codes.Get(tags.ErrorCode), status, _errors.Get(tags.Error));
        if (_failures.TryGetValue(key, out var failure))
        {
            return failure;
        }
        if (_failures.Count >= MaxFailures)
        {
            return _otherFailures;
        }
        _failures.Add(key, failure = new FailureKey(key.Item1, status, key.Item3));
        return failure;
    }
}
