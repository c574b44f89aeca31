using System.Net;
using PerfGate.Adapters.Runs;
using PerfGate.Core.Runners;
using PerfGate.Tests.Http;

namespace PerfGate.Tests.Fuzz;

/// <summary>What runners and callers send that broke an answer once.</summary>
public sealed class BrokenUploadTests(RunsFixture runs) : IClassFixture<RunsFixture>
{
    [Theory]
    [InlineData("{\"v\":2,\"t\":\"now\"}\n")]
    [InlineData("{\"v\":2,\"t\":1}\n{\"v\":2,\"t\":253402300799}\n")]
    [InlineData("{\"v\":2,\"t\":1,\"req\":[{\"s\":\"\",\"g\":\"\",\"e\":\"\",\"n\":1,\"ok\":[1,1,1,1,\"AAAA\"]}]}\n")]
    public async Task What_a_runner_appends_and_nobody_can_read_is_no_fault_of_the_server(string series)
    {
        var id = await runs.StartAsync();
        await runs.WriteAsync(id, ArtifactNames.Series(0), series);

        var (run, _) = await runs.GetAsync($"runs/{id}");
        var (points, problem) = await runs.GetAsync($"runs/{id}/series");

        Assert.Equal(HttpStatusCode.OK, run.StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, points.StatusCode);
        Assert.Contains("cannot be read", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_end_record_that_nobody_can_read_is_a_fault_of_the_runner()
    {
        var id = await runs.StartAsync();
        await runs.WriteAsync(id, ArtifactNames.End(0), "{\"cause\":\"fin");

        var end = await new RunArtifacts(runs.Artifacts).ReadEndAsync(id, 0, TestContext.Current.CancellationToken);

        Assert.Equal(RunnerEndCause.RunnerFault, end!.Cause);
        Assert.NotNull(end.Detail);
    }

    [Theory]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("{\"testId\":\"\\udc00\",\"reason\":\"x\"}")]
    public async Task Half_a_character_in_the_request_for_a_baseline_is_refused(string body)
    {
        var (answer, problem) = await runs.AskAsync(HttpMethod.Post, "baselines", body);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains("Unicode", problem.ToString(), StringComparison.Ordinal);
    }
}
