using Npgsql;
using PerfGate.Core.Requests;
using PerfGate.Host.Jobs;

namespace PerfGate.Tests.Jobs;

public sealed class JobWorkersTests
{
    [Theory]
    [InlineData("Host=db;Maximum Pool Size=1")]
    [InlineData("Host=db;Maximum Pool Size=20")]
    [InlineData("Host=db")]
    public void A_pool_as_large_as_the_workers_are_many_stood_still_for_ever(string connectionString)
    {
        var workers = new JobWorkers(slotsOf: _ => 3);

        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        workers.MakeRoom(settings);

        Assert.True(settings.MaxPoolSize > 2 * workers.Count);
        Assert.Equal("db", settings.Host);
    }

    [Fact]
    public void A_pool_that_is_larger_already_is_left_as_it_is()
    {
        var settings = new NpgsqlConnectionStringBuilder("Host=db;Maximum Pool Size=400");
        new JobWorkers(slotsOf: _ => 1).MakeRoom(settings);

        Assert.Equal(400, settings.MaxPoolSize);
    }

    [Fact]
    public void Every_environment_has_workers_for_its_slots_and_for_the_front_of_its_line()
    {
        var workers = new JobWorkers(slotsOf: _ => 2);

        Assert.True(workers.Front > 2);
        Assert.True(workers.Count > 2 * (2 + workers.Front));
    }

    [Fact]
    public void An_environment_with_more_slots_has_workers_for_them()
    {
        var workers = new JobWorkers(environment => environment == TargetEnvironment.Staging ? 5 : 1);

        Assert.True(workers.Front > 5);
        Assert.True(workers.Count > 5 + 1 + (2 * workers.Front));
    }
}
