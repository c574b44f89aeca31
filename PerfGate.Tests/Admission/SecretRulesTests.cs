using System.Text.Json;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;

namespace PerfGate.Tests.Admission;

public sealed class SecretRulesTests
{
    [Theory]
    [InlineData("http://127.0.0.1:8080", true)]
    [InlineData("http://localhost:8080", true)]
    [InlineData("http://[::1]", true)]
    [InlineData("http://0x7f000001", true)]
    [InlineData("http://shop.example", false)]
    [InlineData("http://10.0.0.7", false)]
    [InlineData("http://localhost.shop.example", false)]
    public void Without_a_list_they_are_for_this_machine_alone(string target, bool allowed) =>
        Assert.Equal(allowed, Problems(new SecretRules(), target).Count == 0);

    [Fact]
    public void Each_that_is_not_on_the_list_is_named_with_its_place()
    {
        var problems = Problems(new SecretRules { Names = ["SHOP_KEY"] }, "http://127.0.0.1");

        Assert.Equal(
            [
                "configuration.scenarios[0].steps[0].path",
                "configuration.scenarios[0].steps[1].headers.X-Key",
                "configuration.scenarios[0].steps[1].body",
            ],
            problems.Select(one => one.Field)
        );
        Assert.Equal(
            "refers to the secret PROD_KEY, which loads on staging may not have",
            problems.Select(one => one.Problem).Distinct().Single()
        );
        Assert.Equal("SHOP_KEY (PerfGate__Environments__Staging__Secrets)", problems[0].Allowed);
    }

    [Fact]
    public void A_star_is_every_one_and_an_empty_list_is_none()
    {
        Assert.Empty(Problems(new SecretRules { Names = ["*"] }, "http://shop.example"));
        Assert.Equal(4, Problems(new SecretRules { Names = [] }, "http://127.0.0.1").Count);
    }

    private static IReadOnlyList<FieldError> Problems(SecretRules rules, string target)
    {
        var request = RequestReader.Read(
            JsonSerializer.SerializeToUtf8Bytes(
                new
                {
                    testType = "load",
                    environment = "staging",
                    configuration = new
                    {
                        baseUrl = target,
                        scenarios = new[]
                        {
                            new
                            {
                                name = "own",
                                steps = new object[]
                                {
                                    new { method = "GET", path = "/{{secret:PROD_KEY}}/{{secret:PROD_KEY}}" },
                                    new
                                    {
                                        method = "POST",
                                        path = "/",
                                        headers = new Dictionary<string, string>
                                        {
                                            ["X-Key"] = "{{secret:PROD_KEY}}",
                                            ["X-Shop"] = "{{secret:SHOP_KEY}}",
                                        },
                                        body = new { key = "{{secret:PROD_KEY}}" },
                                    },
                                },
                            },
                        },
                    },
                }
            ),
            Limits.Default
        );
        return rules.Problems(request.Value!.Configuration, TargetEnvironment.Staging);
    }
}
