using PerfGate.Bench.Fuzz.Http;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Fuzz;

/// <summary>A share of what <c>bench -- fuzz</c> asks of the API, the same at every run.</summary>
public sealed class HttpFuzzTests(PostgresFixture postgres) : IDisposable
{
    private const int Requests = 1_500;
    private const int Seed = 20_261_128;

    private readonly string _folder = Directory.CreateTempSubdirectory("perfgate-fuzz-").FullName;

    [Fact]
    public async Task Broken_requests_are_answered_with_their_problem_and_never_with_a_fault_of_the_server()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var server = await FuzzServer.StartAsync(_folder, $"{database};Options=-c synchronous_commit=off");

        var tallies = await HttpFuzzing.RunAsync(server, Requests, Seed, workers: 4);

        Assert.True(tallies.Sum(tally => tally.Inputs) >= Requests);
        Assert.All(tallies, tally => Assert.True(tally.Faults.Count == 0, ParserFuzzTests.Told(tally)));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
