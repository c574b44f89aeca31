using Microsoft.Extensions.Primitives;
using PerfGate.Adapters.Http;

namespace PerfGate.Tests.Http;

public class PreferWaitTests
{
    [Theory]
    [InlineData("wait=10", 10)]
    [InlineData("respond-async, WAIT = \"5\"; foo=bar", 5)]
    [InlineData("wait=61", 60)]
    [InlineData("wait=99999999999999999999999", 60)]
    [InlineData("wait=7, wait=8", 7)]
    [InlineData("wait=0", 0)]
    public void A_wait_is_read_as_the_standard_writes_it_and_cut_to_a_minute(string header, int seconds) =>
        Assert.Equal(seconds, PreferWait.Read(header));

    [Theory]
    [InlineData("")]
    [InlineData("wait")]
    [InlineData("wait=")]
    [InlineData("wait=-1")]
    [InlineData("wait=1.5")]
    [InlineData("wait=soon")]
    [InlineData("return=minimal")]
    public void What_is_not_understood_is_no_preference(string header) => Assert.Null(PreferWait.Read(header));

    [Fact]
    public void Several_headers_are_one_list() =>
        Assert.Equal(3, PreferWait.Read(new StringValues(["respond-async", "wait=3"])));
}
