namespace ClaudeCluster.Agent.Tests;

public sealed class RedactedJsonTests
{
    [Fact]
    public void A_secret_goes_from_every_text_and_the_shape_stays()
    {
        var redaction = new Redaction(["the\"secret"]);

        Assert.Equal("""{"a":["x [redacted]",1,null,true],"b":{"c":"y"}}""", RedactedJson.Apply("""{"a":["x the\"secret",1,null,true],"b":{"c":"y"}}""", redaction.Apply));
    }
}
