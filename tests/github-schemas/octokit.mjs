// GitHub's own JavaScript client against the fake: what it understands is no mirror of our own mistakes.
//   node octokit.mjs URL TOKEN OWNER REPOSITORY BRANCH ISSUE COMMENT
// The branch can become a pull request; the comment stands below the issue. Ends with 1, and says why, at the first thing that is not as on GitHub.
import assert from 'node:assert/strict';
import { Octokit } from '@octokit/rest';

const [baseUrl, auth, owner, repo, branch, issue, comment] = process.argv.slice(2);
const octokit = new Octokit({ baseUrl, auth, log: { debug() {}, info() {}, warn() {}, error() {} } });
const { actions, issues, pulls, reactions, repos } = octokit.rest;
const here = { owner, repo };
const onIssue = { ...here, issue_number: Number(issue) };

async function people(what, body) {
  const answer = await fetch(`${baseUrl}/_fake/feedback/${what}`, { method: 'POST', body: JSON.stringify({ repository: `${owner}/${repo}`, login: owner, ...body }) });
  assert.equal(answer.status, 200);
  return answer.json();
}

const permission = await repos.getCollaboratorPermissionLevel({ ...here, username: owner });
assert.equal(permission.data.role_name, 'admin');
assert.ok(Number(permission.headers['x-ratelimit-remaining']) > 0);
await assert.rejects(
  repos.getCollaboratorPermissionLevel({ ...here, username: owner, headers: { 'if-none-match': permission.headers.etag } }),
  { status: 304 });

await issues.createLabel({ ...here, name: 'claude', color: 'd97757', description: 'Asks for work.' });
await issues.updateLabel({ ...here, name: 'claude', color: '000000' });
await issues.addLabels({ ...onIssue, labels: ['claude', 'very new'] });
assert.deepEqual((await issues.removeLabel({ ...onIssue, name: 'very new' })).data.map((label) => label.name), ['claude']);
const labels = await octokit.paginate(issues.listLabelsForRepo, { ...here, per_page: 1 });
assert.deepEqual(labels.map((label) => label.name).sort(), ['claude', 'very new']);

const opened = await pulls.create({ ...here, title: 'Mend it', head: branch, base: 'main', body: 'before' });
await assert.rejects(pulls.create({ ...here, title: 'Mend it', head: branch, base: 'main' }), (error) => error.status === 422 && /already exists/.test(error.message));
const onPull = { ...here, pull_number: opened.data.number };
assert.equal((await pulls.list({ ...here, head: `${owner}:${branch}` })).data[0].id, opened.data.id);
assert.equal((await pulls.update({ ...onPull, body: 'after' })).data.body, 'after');
assert.equal((await pulls.get(onPull)).data.mergeable, true);

const review = await people('reviews', { pull: opened.data.number, verdict: 'changes_requested', body: 'Nearly', remarks: [{ path: 'a.cs', line: 3, body: 'Why?' }, { path: 'b.cs', body: 'All of it' }] });
assert.equal((await pulls.getReview({ ...onPull, review_id: review.id })).data.state, 'CHANGES_REQUESTED');
assert.equal((await pulls.listReviews(onPull)).data.length, 1);
const remarks = await octokit.paginate(pulls.listReviewComments, { ...onPull, per_page: 1 });
assert.deepEqual(remarks.map((remark) => [remark.path, remark.line ?? null, remark.pull_request_review_id]), [['a.cs', 3, review.id], ['b.cs', null, review.id]]);
const reply = await pulls.createReplyForReviewComment({ ...onPull, comment_id: remarks[0].id, body: 'Done.' });
assert.equal(reply.data.in_reply_to_id, remarks[0].id);
await assert.rejects(pulls.createReplyForReviewComment({ ...onPull, comment_id: 1, body: 'Done.' }), { status: 404 });

assert.equal((await reactions.createForIssueComment({ ...here, comment_id: Number(comment), content: 'eyes' })).status, 201);
assert.equal((await reactions.createForIssueComment({ ...here, comment_id: Number(comment), content: 'eyes' })).status, 200);
assert.equal((await reactions.createForPullRequestReviewComment({ ...here, comment_id: remarks[0].id, content: '+1' })).data.content, '+1');

const run = await people('runs', { pull: opened.data.number, workflow: 'CI', job: 'test', conclusion: 'failure', log: 'It broke.' });
assert.match(String((await actions.downloadJobLogsForWorkflowRun({ ...here, job_id: run.job })).data), /It broke\./);
assert.equal((await actions.listSelfHostedRunnersForRepo(here)).data.total_count, 0);
assert.equal((await actions.listWorkflowRuns({ ...here, workflow_id: 'claude-agent.yml' })).data.total_count, 0);

const look = await octokit.graphql({ query: 'query LookAtPullRequest { __typename }', operationName: 'LookAtPullRequest', owner, name: repo, number: opened.data.number });
assert.equal(look.repository.pullRequest.state, 'OPEN');
await assert.rejects(octokit.graphql({ query: 'query LookAtPullRequest { __typename }', operationName: 'LookAtPullRequest', owner, name: repo, number: 77 }), (error) => error.errors[0].type === 'NOT_FOUND');

await people('merge', { pull: opened.data.number });
assert.equal((await pulls.get(onPull)).data.merged, true);
console.log('all as on GitHub');
