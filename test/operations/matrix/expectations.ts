/**
 * Who may do what, as people are promised it (`docs/operations.md`): written by hand, never made from the table in
 * `src/access/permissions.ts`, so that a mistake there shows here.
 *
 * A line is an operation on a route; `+word` behind its name is another input for it (`calls.ts`). A cell says what becomes
 * of callers of each of the five roles, from guest to owner:
 *
 * - `ROLE`: that role and those above it get through, and lists show the thing; those below are answered 403.
 * - `ROLE/404`: the same, but those below are told that there is no such thing.
 * - `none:ROLE`: from that role on it gets through and shows nothing of the thing; 403 below.
 * - `404:ROLE`: nobody does it: from that role on they are told that there is no such thing; 403 below.
 * - `403`: nobody does it.
 *
 * The thing is what ann of the tenant acme has with the agent `assistant`, over HTTP. The callers' tokens:
 *
 * - `hub`: bound to nothing.             - `agent`: for ann's agent alone.    - `otherAgent`: for another one alone.
 * - `tenant`: of acme.                   - `otherTenant`: of beta.
 * - `self`: of acme, for the user ann.   - `otherPerson`: of acme, for the user bob.
 */
export const overHttp = `
operation                route                                        hub           agent         otherAgent     tenant        otherTenant    self           otherPerson

agents.list              GET /agents                                  operator      operator      none:operator  403           403            403            403
agents.show              GET /agents/:agentId                         operator      operator      404:operator   404:operator  404:operator   404:operator   404:operator
agents.check             POST /agents/:agentId/check                  operator      operator      404:operator   404:operator  404:operator   404:operator   404:operator
models.list              GET /agents/:agentId/models                  operator      operator      404:operator   404:operator  404:operator   404:operator   404:operator
connectors.list          GET /connectors                              operator      operator      none:operator  403           403            403            403
connectors.test          POST /agents/:agentId/connectors/:connector/test  operator      operator      404:operator   404:operator  404:operator   404:operator   404:operator
tools.servers            GET /agents/:agent/servers                   operator      operator      404:operator   404:operator  404:operator   404:operator   404:operator
agents.create            POST /agents                                 admin         403           403           403           403           403           403         
agents.replace           PUT /agents/:agentId                         admin         admin         404:admin     404:admin     404:admin     404:admin     404:admin   
agents.change            PATCH /agents/:agentId                       admin         admin         404:admin     404:admin     404:admin     404:admin     404:admin   
agents.remove            DELETE /agents/:agentId                      admin         admin         404:admin     404:admin     404:admin     404:admin     404:admin   
agents.rollBack          POST /agents/:agentId/roll-back              admin         admin         404:admin     404:admin     404:admin     404:admin     404:admin   
agents.versions          GET /agents/:agentId/versions                operator      operator      404:operator  404:operator  404:operator  404:operator  404:operator
agents.diff              GET /agents/:agentId/diff                    operator      operator      404:operator  404:operator  404:operator  404:operator  404:operator
agents.export            GET /agents/:agentId/export                  operator      operator      404:operator  404:operator  404:operator  404:operator  404:operator

pairings.list            GET /pairings                                operator      operator      none:operator  operator      none:operator  operator       none:operator
pairings.approve         POST /pairings/approve                       operator      operator      404:operator   operator      404:operator   404:operator   404:operator
pairings.revoke          POST /pairings/revoke                        operator      operator      404:operator   operator      404:operator   operator       404:operator

tokens.list              GET /tokens                                  admin         admin         none:admin     admin         none:admin     admin          none:admin
tokens.issue             POST /tokens                                 admin         admin         403            admin         403            admin          403
tokens.issue+operator    POST /tokens                                 admin         admin         403            admin         403            admin          403
tokens.issue+admin       POST /tokens                                 admin         admin         403            admin         403            admin          403
tokens.issue+owner       POST /tokens                                 owner         owner         403            owner         403            owner          403
tokens.issue+hub         POST /tokens                                 admin         403           403            403           403            403            403
tokens.revoke            DELETE /tokens/:token                        admin         admin         404:admin      admin         404:admin      admin          404:admin

secrets.list             GET /secrets                                 admin         403           403            403           403            403            403
secrets.set              PUT /secrets/:name                           admin         403           403            403           403            403            403
secrets.rotate           POST /secrets/:name/rotate                   admin         403           403            403           403            403            403
secrets.remove           DELETE /secrets/:name                        admin         403           403            403           403            403            403

tools.add                POST /tools                                  admin         403           403            403           403            403            403
tools.registered         GET /tools                                   admin         403           403            403           403            403            403
tools.show               GET /tools/:name                             admin         403           403            403           403            403            403
tools.change             PUT /tools/:name                             admin         403           403            403           403            403            403
tools.remove             DELETE /tools/:name                          admin         403           403            403           403            403            403
tools.import             POST /tools/import                           admin         403           403            403           403            403            403
tools.accept             POST /tools/:key/accept                     operator      operator      404:operator   404:operator  404:operator   404:operator   404:operator
tools.list               GET /agents/:agent/tools                    operator      operator      404:operator   404:operator  404:operator   404:operator   404:operator
policy.show              GET /agents/:agent/policy                   operator      operator      404:operator   404:operator  404:operator   404:operator   404:operator
policy.explain           GET /agents/:agent/policy/explain           operator      operator      404:operator   404:operator  404:operator   404:operator   404:operator

rooms.list               GET /rooms                                   operator      operator      none:operator  operator      none:operator  operator       none:operator
rooms.list+agent         GET /rooms                                   operator      operator      403            operator      none:operator  operator       none:operator
rooms.messages           GET /rooms/:roomId/messages                  operator      operator      404:operator   operator      404:operator   operator       404:operator
rooms.messages+shared    GET /rooms/:roomId/messages                  operator      operator      404:operator   operator      404:operator   404:operator   404:operator
rooms.summary            GET /rooms/:roomId/summary                   operator      operator      404:operator   operator      404:operator   operator       404:operator
rooms.forget             POST /rooms/:roomId/forget                   operator      operator      404:operator   operator      404:operator   operator       404:operator
rooms.takeOver           POST /rooms/:roomId/take-over                operator      operator      404:operator   operator      404:operator   operator       404:operator
rooms.handBack           POST /rooms/:roomId/hand-back                operator      operator      404:operator   operator      404:operator   operator       404:operator
rooms.answer             POST /rooms/:roomId/answer                   operator      operator      404:operator   operator      404:operator   operator       404:operator
rooms.hold               GET /rooms/:roomId/hold                      operator      operator      404:operator   operator      404:operator   operator       404:operator
rooms.note               POST /rooms/:roomId/notes                    operator      operator      404:operator   operator      404:operator   operator       404:operator
rooms.notes              GET /rooms/:roomId/notes                     operator      operator      404:operator   operator      404:operator   operator       404:operator

facts.list               GET /facts                                   operator      operator      403            operator      403            operator       403
facts.list+room          GET /facts                                   operator      operator      403            operator      none:operator  403            403
facts.correct            PUT /facts/:id                               operator      operator      404:operator   operator      404:operator   operator       404:operator
facts.remove             DELETE /facts/:id                            operator      operator      404:operator   operator      404:operator   operator       404:operator

turns.list               GET /turns                                   operator      operator      none:operator  operator      none:operator  operator       none:operator
turns.list+agent         GET /turns                                   operator      operator      403            operator      none:operator  operator       none:operator
turns.show               GET /turns/:turnId                           operator      operator      404:operator   operator      404:operator   operator       404:operator
turns.show+running       GET /turns/:turnId                           operator      operator      404:operator   operator      404:operator   operator       404:operator
turns.prompt             GET /turns/:turnId/prompt                    operator      operator      404:operator   operator      404:operator   operator       404:operator
turns.stop               POST /turns/:turnId/stop                     operator      operator      404:operator   operator      404:operator   operator       404:operator
turns.stop+room          POST /rooms/:roomId/stop                     operator      operator      404:operator   operator      404:operator   operator       404:operator
turns.runAgain           POST /turns/:turnId/run-again                operator      operator      404:operator   operator      404:operator   operator       404:operator
turns.resume             POST /turns/:turnId/resume                   operator      operator      404:operator   operator      404:operator   operator       404:operator

schedules.list           GET /schedules                               operator      operator      none:operator  operator      none:operator  none:operator  none:operator
schedules.show           GET /schedules/:id                           operator      operator      404:operator   operator      404:operator   404:operator   404:operator
schedules.add            POST /schedules                              operator      operator      404:operator   operator      404:operator   operator       404:operator
schedules.change         PUT /schedules/:id                           operator      operator      404:operator   operator      404:operator   404:operator   404:operator
schedules.change+patch   PATCH /schedules/:id                         operator      operator      404:operator   operator      404:operator   404:operator   404:operator
schedules.remove         DELETE /schedules/:id                        operator      operator      404:operator   operator      404:operator   404:operator   404:operator
messages.post            POST /:agentId/rooms/:roomId/messages        operator      operator      404:operator   operator      404:operator   operator       404:operator
messages.post+shared     POST /:agentId/rooms/:roomId/messages        operator      operator      404:operator   operator      404:operator   404:operator   404:operator

approvals.list           GET /approvals                               operator      operator      none:operator  operator      none:operator  operator       none:operator
approvals.show           GET /approvals/:id                           operator      operator      404:operator   operator      404:operator   operator       404:operator
approvals.decide         POST /approvals/:id/decide                   operator/404 from member  operator/404 from member  404:member  operator/404 from member  404:member  operator/404 from member  404:member

tasks.list               GET /tasks                                   operator      operator      none:operator  operator      none:operator  operator       none:operator
tasks.show               GET /tasks/:id                               operator      operator      404:operator   operator      404:operator   operator       404:operator
tasks.pause              POST /tasks/:id/pause                        operator      operator      404:operator   operator      404:operator   operator       404:operator
tasks.resume             POST /tasks/:id/resume                       operator      operator      404:operator   operator      404:operator   operator       404:operator
tasks.stop               POST /tasks/:id/stop                         operator      operator      404:operator   operator      404:operator   operator       404:operator

documents.list           GET /documents                               operator      operator      none:operator  operator      none:operator  operator       none:operator
documents.add            POST /documents                              operator      operator      403            operator      operator       operator       operator
documents.get            GET /documents/:id                           operator      operator      404:operator   operator      404:operator   operator       404:operator
documents.remove         DELETE /documents/:id                        operator      operator      404:operator   operator      404:operator   operator       404:operator
documents.reread         POST /documents/:id/reread                   operator      operator      404:operator   operator      404:operator   operator       404:operator

deliveries.list          GET /deliveries                              operator      operator      none:operator  operator      none:operator  operator       none:operator
deliveries.list+agent    GET /deliveries                              operator      operator      403            operator      none:operator  operator       none:operator
deliveries.sendAgain     POST /deliveries/:deliveryId/send-again      operator      operator      404:operator   operator      404:operator   operator       404:operator
deliveries.drop          POST /deliveries/:deliveryId/drop            operator      operator      404:operator   operator      404:operator   operator       404:operator
deliveries.sendAllAgain  POST /agents/:agentId/deliveries/send-again  admin         admin         404:admin      404:admin     404:admin      404:admin      404:admin

people.forget            POST /people/forget                          operator      operator      403            operator      403            operator       403
people.forget+agents     POST /people/forget                          operator      403           403            operator      403            operator       403
memories.recall          GET /memories/recall                         none:guest    none:guest    403            guest         none:guest     guest          403
rooms.own                GET /rooms/own                               none:guest    none:guest    403            guest         none:guest     guest          403
memories.preview         POST /memories/preview                       operator      operator      403            operator      403            operator       403
memories.forget          POST /memories/forget                        operator      operator      404:operator   operator      404:operator   operator       404:operator
people.show              GET /people                                  operator      operator      403            operator      403            operator       403
people.link              POST /people/link                            admin         403           403            admin         403            403            403
people.link+paired       POST /people/link                            admin         403           403            admin         403            403            403
people.unlink            POST /people/unlink                          admin         403           403            admin         403            admin          403
people.export            GET /people/export                           operator      operator      403            operator      403            operator       403
people.export+agents     GET /people/export                           operator      403           403            operator      403            operator       403
people.previewErasure    POST /people/erase/preview                   operator      operator      403            operator      403            operator       403
people.erase             POST /people/erase                           operator      operator      404:operator   operator      404:operator   operator       404:operator

roles.list               GET /roles                                   operator      operator      none:operator  operator      none:operator  none:operator  none:operator
roles.give               POST /roles/give                             operator      operator      403            operator      403            403            403
roles.give+operator      POST /roles/give                             operator      operator      403            operator      403            403            403
roles.give+admin         POST /roles/give                             admin         admin         403            admin         403            403            403
roles.give+owner         POST /roles/give                             owner         owner         403            owner         403            403            403
roles.give+tenant        POST /roles/give                             operator      403           403            operator      403            403            403
roles.give+hub           POST /roles/give                             operator      403           403            403           403            403            403
roles.take               POST /roles/take                             operator      operator      403            operator      403            403            403
roles.take+admin         POST /roles/take                             admin         admin         403            admin         403            403            403

switches.list            GET /switches                                operator      operator      none:operator  operator      none:operator  operator       operator
switches.list+person     GET /switches                                operator      operator      none:operator  operator      none:operator  operator       none:operator
switches.pause           POST /switches/pause                         operator      operator      403            operator      403            403            403
switches.pause+agent     POST /switches/pause                         operator      operator      403            403           403            403            403
switches.pause+tools     POST /switches/pause                         operator      operator      403            403           403            403            403
switches.pause+hub       POST /switches/pause                         admin         403           403            403           403            403            403
switches.pause+tenant    POST /switches/pause                         admin         403           403            admin         403            403            403
switches.pause+person    POST /switches/pause                         operator      operator      403            operator      403            operator       403
switches.pause+admin     POST /switches/pause                         admin         admin         403            admin         403            403            403
switches.pause+owner     POST /switches/pause                         403           403           403            403           403            403            403
switches.resume          POST /switches/resume                        operator      operator      403            operator      403            403            403
switches.resume+agent    POST /switches/resume                        operator      operator      403            403           403            403            403
switches.resume+owner    POST /switches/resume                        owner         owner         403            owner         403            403            403

retention.report         GET /retention                               operator      operator      operator       operator      operator       operator       operator
scores.list              GET /scores                                  operator      operator      403            403           403            403            403
turns.rate               POST /turns/:turnId/rate                     operator      operator      404:operator   operator      404:operator   operator       404:operator
lessons.list             GET /lessons                                 operator      operator      403            403           403            403            403
lessons.show             GET /lessons/:id                             operator      operator      404:operator   404:operator  404:operator   404:operator   404:operator
lessons.propose          POST /lessons                                operator      operator      403            403           403            403            403
lessons.approve          POST /lessons/:id/approve                    admin         admin         404:admin      404:admin     404:admin      404:admin      404:admin
lessons.reject           POST /lessons/:id/reject                     operator      operator      404:operator   404:operator  404:operator   404:operator   404:operator
lessons.remove           DELETE /lessons/:id                          operator      operator      404:operator   404:operator  404:operator   404:operator   404:operator
usage.list               GET /usage                                   operator      operator      none:operator  operator      none:operator  operator       none:operator
health.show              GET /health                                  admin         403           403            403           403            403            403
embeddings.status        GET /embeddings                              admin         403           403            403           403            403            403
audit.list               GET /audit                                   admin         403           403            403           403            403            403
audit.export             GET /audit/export                            admin         403           403            403           403            403            403
audit.verify             GET /audit/verify                            admin         403           403            403           403            403            403
encryption.status        GET /encryption                              admin         403           403            403           403            403            403
encryption.rotate        POST /encryption/rotate                      admin         403           403            403           403            403            403
console.link             POST /console/links                          403           403           403            403           403            403            403
console.sessions         GET /console/sessions                        owner         403           403            403           403            403            403
console.endSession       DELETE /console/sessions/:session            owner         403           403            403           403            403            403

events.list              GET /events                                  operator      operator      none:operator  operator      none:operator  none:operator  none:operator
places.list              GET /places                                  operator      operator      operator       operator      operator       operator       operator
memories.search          GET /memories                                operator      operator      404:operator   operator      none:operator  operator       none:operator
memories.search+room     GET /memories                                operator      operator      404:operator   operator      404:operator   operator       404:operator

-                        POST /:agentId/message                       guest         guest         404:guest      guest         guest          guest          403
-                        GET /:agentId/rooms/:roomId/messages         none:guest    none:guest    404:guest      guest         none:guest     guest          404:guest
-+shared                 GET /:agentId/rooms/:roomId/messages         none:guest    none:guest    404:guest      guest         none:guest     404:guest      404:guest
-                        GET /:agentId/rooms/:roomId/messages/:messageId/files/:index  404:guest     404:guest     404:guest      guest         404:guest      guest          404:guest
-                        GET /:agentId/turns/:turnId                  operator/404  operator/404  404:guest      guest         404:guest      guest          404:guest
-                        GET /metrics                                 operator      403           403            403           403            403            403
-                        GET /plugins/:name                           member/404    404:guest     404:guest      member/404    member/404     404:guest      404:guest
-                        GET /connectors/of-all                       member/404    404:guest     404:guest      member/404    member/404     404:guest      404:guest
-                        GET /connectors/of-agent                     member/404    member/404    404:guest      member/404    member/404     404:guest      404:guest
`;

/** Routes that ask for no token of the hub: whoever calls them shows in their own way who they are, or learns nothing. */
export const withoutToken = [
  ...['GET /docs', 'GET /healthz', 'GET /readyz', 'GET /webchat/:agentId', 'POST /webhooks/:agentId/:source'],
];

/**
 * Chat commands of people on a platform; `+group`: said in a group, the others in a direct conversation. Everybody is a
 * guest; the other roles were given to the person
 *
 * - `hub`: for the whole hub.                          - `agent`, `otherAgent`: for this agent, for another one.
 * - `platform`: for this agent on this platform.       - `otherPlatform`: for it on another one.
 * - `place`: for it where the command is said.         - `otherPlace`: for it in another place.
 */
export const inChat = `
command                       operation           hub       agent     otherAgent  platform  otherPlatform  place     otherPlace

/help                         -                   guest     guest     guest       guest     guest          guest     guest
/help+approve                 -                   member    member    403         member    403            member    403
/help+role                    -                   operator  operator  403         operator  403            operator  403
/help+pause                   -                   operator  operator  403         operator  403            operator  403
/status                       rooms.status        guest     guest     guest       guest     guest          guest     guest
/status+group                 rooms.status        guest     guest     guest       guest     guest          guest     guest
/summary                      rooms.summary       guest     guest     guest       guest     guest          guest     guest
/summary+group                rooms.summary       guest     guest     guest       guest     guest          guest     guest
/new                          rooms.renew         guest     guest     guest       guest     guest          guest     guest
/new+group                    rooms.renew         guest     guest     guest       guest     guest          guest     guest
/model                        rooms.status        guest     guest     guest       guest     guest          guest     guest
/model NAME                   rooms.model         operator  operator  403         operator  403            operator  403
/model NAME+group             rooms.model         operator  operator  403         operator  403            operator  403
/stop                         turns.stop          guest     guest     guest       guest     guest          guest     guest
/stop+group                   turns.stop          guest     guest     guest       guest     guest          guest     guest
/tasks                        tasks.list          guest     guest     guest       guest     guest          guest     guest
/tasks+group                  tasks.list          guest     guest     guest       guest     guest          guest     guest
/task                         tasks.list          guest     guest     guest       guest     guest          guest     guest
/forget yes                   people.forget       guest     guest     guest       guest     guest          guest     guest
/forget yes+group             people.forget       guest     guest     guest       guest     guest          guest     guest
/forget everything            people.previewErasure  guest     guest     guest       guest     guest          guest     guest
/export                       people.export       guest     guest     guest       guest     guest          guest     guest

/memory                       facts.list          guest     guest     guest       guest     guest          guest     guest
/memory+group                 facts.list          guest     guest     guest       guest     guest          guest     guest
/memory correct 1 WORDS       facts.correct       guest     guest     guest       guest     guest          guest     guest
/memory forget 1              facts.remove        guest     guest     guest       guest     guest          guest     guest

/schedules                    schedules.list      guest     guest     guest       guest     guest          guest     guest
/schedules+group              schedules.list      guest     guest     guest       guest     guest          guest     guest
/schedules remove ID          schedules.remove    guest     guest     guest       guest     guest          guest     guest
/documents                    documents.list      guest     guest     guest       guest     guest          guest     guest
/documents+group              documents.list      guest     guest     guest       guest     guest          guest     guest
/documents remove ID          documents.remove    guest     guest     guest       guest     guest          guest     guest

/approve CODE                 pairings.approve    operator  operator  403         operator  403            403       403
/approve CODE+place           pairings.approve    member    member    403         member    403            403       403
/approve ID                   approvals.decide    operator  operator  403         operator  403            operator  403
/deny ID                      approvals.decide    operator  operator  403         operator  403            operator  403

/link                         people.startLink    guest     guest     guest       guest     guest          guest     guest
/link CODE                    people.enterLink    guest     guest     guest       guest     guest          guest     guest
/link yes                     people.confirmLink  guest     guest     guest       guest     guest          guest     guest
/unlink                       people.unlink       guest     guest     guest       guest     guest          guest     guest
/whoami                       people.show         guest     guest     guest       guest     guest          guest     guest
/console                      console.linkOwn     guest     guest     guest       guest     guest          guest     guest

/role                         roles.list          operator  operator  403         operator  403            operator  403
/role member USER             roles.give          operator  operator  403         403       403            403       403
/role member USER platform    roles.give          operator  operator  403         operator  403            403       403
/role member USER here+group  roles.give          operator  operator  403         operator  403            operator  403
/role member USER hub         roles.give          operator  403       403         403       403            403       403
/role admin USER              roles.give          admin     admin     403         403       403            403       403
/role owner USER              roles.give          owner     owner     403         403       403            403       403
/role none USER               roles.take          operator  operator  403         403       403            403       403

/pause                        switches.pause      operator  operator  403         operator  403            403       403
/pause here+group             switches.pause      operator  operator  403         operator  403            operator  403
/pause tools                  switches.pause      operator  operator  403         operator  403            403       403
/pause USER                   switches.pause      operator  operator  403         operator  403            403       403
/resume                       switches.resume     operator  operator  403         operator  403            403       403
/resume here+group            switches.resume     operator  operator  403         operator  403            operator  403
/resume USER                  switches.resume     operator  operator  403         operator  403            403       403

/takeover                     rooms.takeOver    operator  operator  403         operator  403            operator  403
/takeover+group               rooms.takeOver    operator  operator  403         operator  403            operator  403
/answer TEXT                  rooms.answer      operator  operator  403         operator  403            operator  403
/note TEXT                    rooms.note        operator  operator  403         operator  403            operator  403
/note                         rooms.notes       operator  operator  403         operator  403            operator  403
/handback                     rooms.handBack    operator  operator  403         operator  403            operator  403
`;

/** `carrier …` with a token of the hub that has the role in the data folder's `admin-token`; cells as over HTTP. */
export const byCommand = `
command                    operation                hub
agents list                agents.list              operator
agents show                agents.show              operator
agents check               agents.check             operator
agents models              models.list              operator
connectors list            connectors.list          operator
connectors test            connectors.test          operator
tools servers              tools.servers            operator
agents create              agents.create            admin
agents change              agents.change            admin
agents replace             agents.replace           admin
agents edit                agents.replace           admin
agents rollback            agents.rollBack          admin
agents remove              agents.remove            admin
agents versions            agents.versions          operator
agents diff                agents.diff              operator
agents export              agents.export            operator
pairing list               pairings.list            operator
pairing approve            pairings.approve         operator
pairing revoke             pairings.revoke          operator
tokens list                tokens.list              admin
tokens issue               tokens.issue             admin
tokens revoke              tokens.revoke            admin
secrets list               secrets.list             admin
secrets set                secrets.set              admin
secrets rotate             secrets.rotate           admin
secrets remove             secrets.remove           admin
tools list                 tools.registered         admin
tools add                  tools.add                admin
tools show                 tools.show               admin
tools change               tools.change             admin
tools remove               tools.remove             admin
tools import               tools.import             admin
tools offered              tools.list               operator
tools accept               tools.accept             operator
policy show                policy.show              operator
policy explain             policy.explain           operator
rooms list                 rooms.list               operator
rooms messages             rooms.messages           operator
rooms show                 rooms.messages           operator
rooms stop                 turns.stop               operator
rooms summary              rooms.summary            operator
rooms forget               rooms.forget             operator
rooms take-over            rooms.takeOver           operator
rooms hand-back            rooms.handBack           operator
rooms answer               rooms.answer             operator
rooms hold                 rooms.hold               operator
rooms note                 rooms.note               operator
rooms notes                rooms.notes              operator
rooms say                  messages.post            operator
schedules list             schedules.list           operator
schedules show             schedules.show           operator
schedules add              schedules.add            operator
schedules change           schedules.change         operator
schedules remove           schedules.remove         operator
facts list                 facts.list               operator
facts correct              facts.correct            operator
facts remove               facts.remove             operator
turns list                 turns.list               operator
turns show                 turns.show               operator
turns stop                 turns.stop               operator
turns run-again            turns.runAgain           operator
turns resume               turns.resume             operator
approvals list             approvals.list           operator
approvals show             approvals.show           operator
approvals approve          approvals.decide         operator
approvals deny             approvals.decide         operator
tasks list                 tasks.list               operator
tasks show                 tasks.show               operator
tasks pause                tasks.pause              operator
tasks resume               tasks.resume             operator
tasks stop                 tasks.stop               operator
knowledge list             documents.list           operator
knowledge show             documents.get            operator
knowledge add              documents.add            operator
knowledge remove           documents.remove         operator
knowledge reread           documents.reread         operator
deliveries list            deliveries.list          operator
deliveries send-again      deliveries.sendAgain     operator
deliveries send-all-again  deliveries.sendAllAgain  admin
deliveries drop            deliveries.drop          operator
switches list              switches.list            operator
switches pause             switches.pause           operator
switches resume            switches.resume          operator
memories preview           memories.preview         operator
memories forget            memories.forget          operator
people export              people.export            operator
people list                roles.list               operator
people erase-preview       people.previewErasure    operator
people erase               people.erase             operator
people forget              people.forget            operator
people show                people.show              operator
people link                people.link              admin
people unlink              people.unlink            admin
roles list                 roles.list               operator
roles give                 roles.give               operator
roles take                 roles.take               operator
audit list                 audit.list               admin
audit export               audit.export             admin
audit verify               audit.verify             admin
retention                  retention.report         operator
encryption status          encryption.status        admin
encryption rotate          encryption.rotate        admin
console                    console.link             owner
sessions list              console.sessions         owner
sessions end               console.endSession       owner
scores                     scores.list              operator
turns rate                 turns.rate               operator
lessons list               lessons.list             operator
lessons show               lessons.show             operator
lessons propose            lessons.propose          operator
lessons approve            lessons.approve          admin
lessons reject             lessons.reject           operator
lessons remove             lessons.remove           operator
usage                      usage.list               operator
health                     health.show              admin
embeddings                 embeddings.status        admin
chat                       -                        guest
chat+model                 rooms.model              operator
turn                       turns.show               operator
logs                       events.list              operator
send                       -                        guest
`;

/**
 * What people without any role do for themselves, and nobody for them (`permissions.test.ts` tries that they may do nothing
 * else). It is about ann's room with the agent `assistant`, or about her. Who asks:
 *
 * - `own`: ann, in that room.                          - `otherRoom`: ann, in another room.
 * - `otherPerson`: bob.                                - `otherAgent`: ann, from where she talks to another agent.
 * - `otherPlatform`, `otherTenant`: somebody who is called ann there.
 */
export const forOneself = `
operation           who        own    otherRoom  otherPerson  otherAgent  otherPlatform  otherTenant
rooms.status        everybody  guest  403        403          403         403            403
rooms.summary       everybody  guest  403        403          403         403            403
rooms.renew         everybody  guest  403        403          403         403            403
turns.stop          everybody  guest  403        403          403         403            403
schedules.list      everybody  guest  403        403          403         403            403
schedules.show      everybody  guest  403        403          403         403            403
schedules.change    everybody  guest  403        403          403         403            403
schedules.remove    everybody  guest  403        403          403         403            403
facts.list          everybody  guest  guest      403          403         403            403
facts.list+here     everybody  guest  403        403          403         403            403
facts.correct       everybody  guest  guest      403          403         403            403
facts.remove        everybody  guest  guest      403          403         403            403
tasks.list          everybody  guest  403        403          403         403            403
tasks.show          everybody  guest  403        403          403         403            403
tasks.pause         everybody  guest  403        403          403         403            403
tasks.resume        everybody  guest  403        403          403         403            403
tasks.stop          everybody  guest  403        403          403         403            403
people.forget       everybody  guest  guest      403          403         403            403
people.forget+here  everybody  guest  403        403          403         403            403
memories.preview    everybody  guest  guest      403          403         403            403
memories.forget     everybody  guest  403        403          403         403            403
people.show         everybody  guest  guest      403          403         403            403
people.startLink    everybody  guest  guest      403          403         403            403
people.enterLink    everybody  guest  guest      403          403         403            403
people.confirmLink  everybody  guest  guest      403          403         403            403
people.unlink       everybody  guest  guest      403          guest       403            403
people.export       everybody  guest  guest      403          403         403            403
people.previewErasure  everybody  guest  guest   403          403         403            403
people.erase        everybody  guest  guest      403          guest       403            403
console.linkOwn     everybody  guest  guest      403          403         403            403
`;
