namespace ClaudeCluster.Agent.Tests;

public sealed class TestCountingTests
{
    [Theory]
    [InlineData("Passed!  - Failed:     0, Passed:     5, Skipped:     1, Total:     6, Duration: 12 ms - a.dll (net10.0)\nFailed!  - Failed:     2, Passed:     1, Skipped:     0, Total:     3, Duration: 1 s - b.dll\n", 6, 2, 1)]
    [InlineData("Test summary: total: 6, failed: 1, succeeded: 4, skipped: 1, duration: 1.0s\nBuild succeeded in 2.0s\n", 4, 1, 1)]
    [InlineData("Test summary: total: 3; failed: 0; succeeded: 3; skipped: 0; duration: 0.5s\n", 3, 0, 0)]
    [InlineData("Test run summary: Passed!\n  total: 3\n", null, null, null)]
    [InlineData("============ 1 failed, 5 passed, 2 skipped, 1 warning in 0.12s ============\n", 5, 1, 2)]
    [InlineData("....\n4 passed in 0.01s\n", 4, 0, 0)]
    [InlineData("=== 2 passed, 1 error in 1.50s ===\n", 2, 1, 0)]
    [InlineData("Test Suites: 1 failed, 1 total\nTests:       1 failed, 1 skipped, 5 passed, 7 total\nSnapshots:   0 total\n", 5, 1, 1)]
    [InlineData(" Test Files  2 passed (2)\n      Tests  5 passed | 1 skipped (6)\n", 5, 0, 1)]
    [InlineData("test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n   Doc-tests x\ntest result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n", 6, 2, 1)]
    [InlineData("[INFO] Tests run: 4, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.05 s -- in a.BTest\n[INFO] Results:\n[INFO]\n[ERROR] Tests run: 7, Failures: 1, Errors: 1, Skipped: 1\n", 4, 2, 1)]
    [InlineData("=== RUN   TestA\n--- PASS: TestA (0.00s)\n    --- FAIL: TestB/one (0.00s)\n--- SKIP: TestC (0.00s)\n", 1, 1, 1)]
    [InlineData("ok  \texample.org/a\t0.003s\n", null, null, null)]
    [InlineData("all is well\n", null, null, null)]
    [InlineData("4294967296999 passed in 0.01s\n", null, null, null)]
    public void The_last_words_of_each_tool_are_understood(string output, int? passed, int? failed, int? skipped) =>
        Assert.Equal(passed is null ? null : new TestCounts(passed.Value, failed!.Value, skipped!.Value), TestCounting.Of(output));

    [Fact]
    public void Words_that_go_on_for_ever_take_no_time_to_speak_of() =>
        Assert.Null(TestCounting.Of(string.Concat(Enumerable.Repeat("Tests:       1 failed, 1 skipped, ", 8_000))));
}
