using PerfGate.Core.Scripts;

namespace PerfGate.Tests.Scripts;

public class ScriptBundlerTests
{
    [Fact]
    public void Dependencies_come_first_once_and_only_those_in_use()
    {
        var bundle = Bundler(
                ("lib/base.js", "import { sleep, check } from 'k6';\n\nexport const base = 1;\n"),
                (
                    "lib/mid.js",
                    "import http from 'k6/http';\nimport { base } from './base.js';\nexport function mid() {}\n"
                ),
                (
                    "scenarios/top.js",
                    "import { check } from 'k6';\nimport { mid } from '../lib/mid.js';\nimport { base } from '../lib/base.js';\nexport function top() {}\n"
                ),
                ("lib/unused.js", "export function unused() {}\n")
            )
            .Bundle(["top"]);

        Assert.Equal("import { check, sleep } from \"k6\";\nimport http from \"k6/http\";\n", bundle.Imports);
        Assert.Equal(
            "// ---- lib/base.js\nconst base = 1;\n\n// ---- lib/mid.js\nfunction mid() {}\n\n// ---- scenarios/top.js\nfunction top() {}\n\n",
            bundle.Body
        );
    }

    [Theory]
    [InlineData(
        "import { b } from './b.js';\nexport const a = 1;",
        "export const b = 1;\nconst a = 2;",
        "declared in two"
    )]
    [InlineData(
        "import { b } from './b.js';\nexport const a = 1;",
        "import { a } from './a.js';\nexport const b = 1;",
        "circle"
    )]
    [InlineData("import { c } from './b.js';\nexport const a = 1;", "export const b = 1;", "does not export")]
    [InlineData("import { b } from './c.js';\nexport const a = 1;", "export const b = 1;", "is not there")]
    [InlineData("import { b as c } from './b.js';\nexport const a = 1;", "export const b = 1;", "cannot be bundled")]
    [InlineData("export default 1;", "export const a = 1;", "only functions and constants")]
    [InlineData("export const a = 1;", "export const a = 1;", "exported by 2 modules")]
    [InlineData("const a = 1;", "", "exported by 0 modules")]
    public void Modules_that_cannot_be_joined_safely_are_refused(string a, string b, string problem)
    {
        var refusal = Assert.Throws<InvalidOperationException>(() =>
            Bundler(("lib/a.js", a), ("lib/b.js", b)).Bundle(["a"])
        );

        Assert.Contains(problem, refusal.Message);
    }

    private static ScriptBundler Bundler(params (string Path, string Source)[] modules) =>
        new(modules.ToDictionary(module => module.Path, module => module.Source));
}
