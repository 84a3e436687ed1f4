/** Every operation of the API as a method. Made by `make sdk` from the OpenAPI document: change nothing here by hand. */
import { newKey } from "./calls.js";
/** What a client can ask for. How it is sent stands in `client.ts`. */
export class Operations {
    /** API keys, newest first. Their first characters and last use; never the key. */
    listApiKeys(query = {}) {
        return this.pages({ method: "GET", path: "/v1/api-keys", query });
    }
    /** Make an API key. The key is shown in this answer only. Takes no Idempotency-Key, since no repetition could show it again: sent twice, two keys are made. After a lost answer, revoke the newest key of this name at DELETE /v1/api-keys/{key}, and make another. */
    createApiKey(body) {
        return this.send({ method: "POST", path: "/v1/api-keys", body });
    }
    /** Revoke an API key. Every process refuses it within five seconds. */
    revokeApiKey(key) {
        return this.send({ method: "DELETE", path: "/v1/api-keys/{key}", parts: { key } });
    }
    /** Approvals, newest first. What waits for a second person, and what was decided. */
    listApprovals(query = {}) {
        return this.pages({ method: "GET", path: "/v1/approvals", query });
    }
    /** One approval. An approval as it is now, with the fingerprint of exactly what would be approved. */
    readApproval(approval) {
        return this.send({ method: "GET", path: "/v1/approvals/{approval}", parts: { approval } });
    }
    /** Agree as the second person. Not by an API key, nor by who asked or said where the money goes, and only within five minutes of the password: 403 `step_up_required`. 409 when it was decided, or what would be approved is not what was seen. */
    approveApproval(approval, body = {}) {
        return this.send({ method: "POST", path: "/v1/approvals/{approval}/approve", parts: { approval }, body });
    }
    /** Refuse as the second person. The refund fails, and what was reserved for it is free again; `note` says why, and is kept for ever. */
    refuseApproval(approval, body) {
        return this.send({ method: "POST", path: "/v1/approvals/{approval}/refuse", parts: { approval }, body });
    }
    /** The audit trail, newest first. Filters: `action` (`payment.created`), `object` (`pay_…`). */
    listAudit(query = {}) {
        return this.pages({ method: "GET", path: "/v1/audit", query });
    }
    /** Sign in. The same answer for a wrong password and an unknown address. */
    login(body) {
        return this.send({ method: "POST", path: "/v1/auth/login", body });
    }
    /** Sign out. Ends the session of the access token, or of the `refresh_token` in the body; every process hears of it within 5 s. */
    logout(body = {}) {
        return this.send({ method: "POST", path: "/v1/auth/logout", body });
    }
    /** Become the owner of a new installation. With the token of the one-time link, within 30 minutes of its printing. Takes no Idempotency-Key: the token is good once. */
    claimOwnership(body) {
        return this.send({ method: "POST", path: "/v1/auth/owner", body });
    }
    /** Change one's password. Ends every session of the user, this one too. */
    changePassword(body) {
        return this.send({ method: "POST", path: "/v1/auth/password", body });
    }
    /** Turn a refresh token over. The old refresh token is used up; using it again ends the session. A lost answer may be asked for again within 10 s. */
    refreshSession(body) {
        return this.send({ method: "POST", path: "/v1/auth/refresh", body });
    }
    /** Register as a customer. The password needs 15 characters and no other kind of rule; common ones are refused. Takes no Idempotency-Key: sent twice, the second is refused, since the address is taken. */
    registerCustomer(body) {
        return this.send({ method: "POST", path: "/v1/auth/register", body });
    }
    /** Give one's password once more. For what moves money: the session counts as proven for five minutes, as it does after signing in. 403 for another password. */
    stepUp(body) {
        return this.send({ method: "POST", path: "/v1/auth/step-up", body });
    }
    /** Connections. Oldest first. */
    listConnections(query = {}) {
        return this.pages({ method: "GET", path: "/v1/connections", query });
    }
    /** Add a connection. Put its secrets under /v1/secrets first. Takes no Idempotency-Key: sent twice, the second is refused, since the id is taken. */
    createConnection(body) {
        return this.send({ method: "POST", path: "/v1/connections", body });
    }
    /** One connection. Settings and names of secrets. */
    readConnection(connection) {
        return this.send({ method: "GET", path: "/v1/connections/{connection}", parts: { connection } });
    }
    /** Delete a connection. One that is disabled and by which nothing was ever tried, and below which no shop stands; its secrets stay. */
    deleteConnection(connection) {
        return this.send({ method: "DELETE", path: "/v1/connections/{connection}", parts: { connection } });
    }
    /** Change a connection. Every process uses the change within five seconds. */
    changeConnection(connection, body = {}) {
        return this.send({ method: "PATCH", path: "/v1/connections/{connection}", parts: { connection }, body });
    }
    /** Ask the provider whether it takes a connection. Moves nothing there. Which message templates it lets us use is kept as it says. Takes ten seconds at most. When it was asked, and what came of it, stays in the audit trail. */
    probeConnection(connection) {
        return this.send({ method: "POST", path: "/v1/connections/{connection}/probe", parts: { connection } });
    }
    /** Customers, newest first. Without those who were erased. */
    listCustomers(query = {}) {
        return this.pages({ method: "GET", path: "/v1/customers", query });
    }
    /** Make a customer. A payment may name them by `customer.id` or `customer.external_id`. 409 where another customer has the `external_id`: the answer says who. */
    createCustomer(body = {}, options = {}) {
        return this.send({ method: "POST", path: "/v1/customers", body, idempotencyKey: options.idempotencyKey ?? newKey() });
    }
    /** One customer. `GET /v1/payments?customer=` lists their payments. */
    readCustomer(customer) {
        return this.send({ method: "GET", path: "/v1/customers/{customer}", parts: { customer } });
    }
    /** Change a customer. Who pays a payment that was made before stays as it was then. Preferences count for every message from now on. */
    changeCustomer(customer, body = {}) {
        return this.send({ method: "PATCH", path: "/v1/customers/{customer}", parts: { customer }, body });
    }
    /** Note what a customer asks. Of their data: it is due in `GERBANG_DATA_REQUEST_DUE_DAYS` days, and stands in the work list until then. */
    createDataRequest(customer, body, options = {}) {
        return this.send({ method: "POST", path: "/v1/customers/{customer}/data-requests", parts: { customer }, body, idempotencyKey: options.idempotencyKey ?? newKey() });
    }
    /** Erase a customer. Cannot be undone. Of whoever has the customer's id, e-mail address or phone number, in every part of Gerbang; payments, refunds and the ledger stay, and name nobody. */
    eraseCustomer(customer) {
        return this.send({ method: "POST", path: "/v1/customers/{customer}/erase", parts: { customer } });
    }
    /** Everything kept about a customer. Of whoever has the customer's id, e-mail address or phone number: every part of Gerbang that keeps something shows it. That it was asked for stands in the audit trail. */
    exportCustomer(customer) {
        return this.send({ method: "GET", path: "/v1/customers/{customer}/export", parts: { customer } });
    }
    /** What customers ask of their data, newest first. `status=open` are those that wait. */
    listDataRequests(query = {}) {
        return this.pages({ method: "GET", path: "/v1/data-requests", query });
    }
    /** One data request. With what became of it. */
    readDataRequest(dataRequest) {
        return this.send({ method: "GET", path: "/v1/data-requests/{data_request}", parts: { data_request: dataRequest } });
    }
    /** Do what was asked. An `objection` stops all messages, an `erasure` erases the person; for `access` send the export first, for a `rectification` change the customer first. */
    completeDataRequest(dataRequest, body = {}) {
        return this.send({ method: "POST", path: "/v1/data-requests/{data_request}/complete", parts: { data_request: dataRequest }, body });
    }
    /** Refuse what was asked. With the reason that the person is told. */
    refuseDataRequest(dataRequest, body) {
        return this.send({ method: "POST", path: "/v1/data-requests/{data_request}/refuse", parts: { data_request: dataRequest }, body });
    }
    /** Deliveries about one object, newest first. To every endpoint, with their attempts, without what was sent and answered. `object` is its id: of a payment, a refund, a connection. */
    listObjectDeliveries(query) {
        return this.pages({ method: "GET", path: "/v1/deliveries", query });
    }
    /** One delivery with what was sent and answered. Signatures are no secrets, and shown. */
    readDelivery(delivery) {
        return this.send({ method: "GET", path: "/v1/deliveries/{delivery}", parts: { delivery } });
    }
    /** Try a delivery no more. One that arrived or was given up stays as it is. A try that is under way may still arrive. */
    cancelDelivery(delivery) {
        return this.send({ method: "POST", path: "/v1/deliveries/{delivery}/cancel", parts: { delivery } });
    }
    /** Send an event again. Now, and from the beginning of its schedule, under the same event id. */
    resendDelivery(delivery) {
        return this.send({ method: "POST", path: "/v1/deliveries/{delivery}/resend", parts: { delivery } });
    }
    /** Endpoints, newest first. Never their secrets. */
    listEndpoints(query = {}) {
        return this.pages({ method: "GET", path: "/v1/endpoints", query });
    }
    /** Add an endpoint. Its secret is told with this answer only, and with the same answer to the same Idempotency-Key. */
    createEndpoint(body, options = {}) {
        return this.send({ method: "POST", path: "/v1/endpoints", body, idempotencyKey: options.idempotencyKey ?? newKey() });
    }
    /** One endpoint. Never its secret. */
    readEndpoint(endpoint) {
        return this.send({ method: "GET", path: "/v1/endpoints/{endpoint}", parts: { endpoint } });
    }
    /** Delete an endpoint. What is on its way to it is cancelled. */
    deleteEndpoint(endpoint) {
        return this.send({ method: "DELETE", path: "/v1/endpoints/{endpoint}", parts: { endpoint } });
    }
    /** Change an endpoint. A key that another `signing` needs is told with this answer only. Switched on again, an endpoint begins anew. */
    changeEndpoint(endpoint, body = {}) {
        return this.send({ method: "PATCH", path: "/v1/endpoints/{endpoint}", parts: { endpoint }, body });
    }
    /** Deliveries of an endpoint, newest first. With their attempts, without what was sent and answered. */
    listDeliveries(endpoint, query = {}) {
        return this.pages({ method: "GET", path: "/v1/endpoints/{endpoint}/deliveries", parts: { endpoint }, query });
    }
    /** Send a range of events again. Under the same event ids: a receiver that remembers them does nothing twice. From 24 hours after the endpoint was made. */
    resendDeliveries(endpoint, body) {
        return this.send({ method: "POST", path: "/v1/endpoints/{endpoint}/resend", parts: { endpoint }, body });
    }
    /** Replace an endpoint's keys. Nothing is lost on the way: what is tried again meanwhile is signed anew. */
    rotateEndpointSecret(endpoint, body = {}) {
        return this.send({ method: "POST", path: "/v1/endpoints/{endpoint}/rotate-secret", parts: { endpoint }, body });
    }
    /** Send an endpoint a test event. Of type `endpoint.test`, whatever its `events` are; read the delivery to see what became of it. */
    testEndpoint(endpoint) {
        return this.send({ method: "POST", path: "/v1/endpoints/{endpoint}/test", parts: { endpoint } });
    }
    /** Events after a place, in order and without gaps. Without `after` only `next` is told: where the log ends now. Keep `next` once you have worked on what came with it. `events` are types or patterns by commas, `wait_s` is how long to wait for the first. */
    readEventLog(query = {}) {
        return this.send({ method: "GET", path: "/v1/event-log", query });
    }
    /** Every type of event. What may be named in the `events` of an endpoint, and what is heard by stream alone. All of them: there are no pages. */
    listEventTypes() {
        return this.send({ method: "GET", path: "/v1/event-types" });
    }
    /** One type of event with its schema. The schema is JSON Schema 2020-12, whole in itself. */
    readEventType(eventType) {
        return this.send({ method: "GET", path: "/v1/event-types/{event_type}", parts: { event_type: eventType } });
    }
    /** Send an event again to listeners. Whoever reads the event log (`gerbang listen`) gets it once more, under the same id. Endpoints do not: POST /v1/deliveries/{id}/resend. */
    resendEvent(event) {
        return this.send({ method: "POST", path: "/v1/events/{event}/resend", parts: { event } });
    }
    /** One import. How far it is, and what it came to. */
    readImport(listingImport) {
        return this.send({ method: "GET", path: "/v1/imports/{listing_import}", parts: { listing_import: listingImport } });
    }
    /** Accounts and their totals. Per account and currency; the balances of one currency add up to zero. */
    listAccounts(query = {}) {
        return this.pages({ method: "GET", path: "/v1/ledger/accounts", query });
    }
    /** The ledger lines of a payment. Oldest first. */
    listPostings(query) {
        return this.pages({ method: "GET", path: "/v1/ledger/postings", query });
    }
    /** Listings, newest first. What shops of marketplaces sell. */
    listListings(query = {}) {
        return this.pages({ method: "GET", path: "/v1/listings", query });
    }
    /** One listing. With what was sent, and what the marketplace says it has. */
    readListing(listing) {
        return this.send({ method: "GET", path: "/v1/listings/{listing}", parts: { listing } });
    }
    /** Map a listing. Its stock is sent from now on, and what is sold there is taken from the product's. */
    mapListing(listing, body) {
        return this.send({ method: "PATCH", path: "/v1/listings/{listing}", parts: { listing }, body });
    }
    /** Send a listing's stock again. Whatever the marketplace said before: where a campaign is over, or somebody changed the stock there. A total is sent, so that asking twice does no harm. */
    pushListing(listing) {
        return this.send({ method: "POST", path: "/v1/listings/{listing}/push", parts: { listing } });
    }
    /** Who am I. The caller as the gateway knows it. */
    readMe() {
        return this.send({ method: "GET", path: "/v1/me" });
    }
    /** What I am told. For people who work here. 404 for an API key, which is told nothing. */
    readMyNotificationPreferences() {
        return this.send({ method: "GET", path: "/v1/me/notification-preferences" });
    }
    /** Change what I am told. From the next event on; what waits for a digest is told by it all the same. */
    changeMyNotificationPreferences(body = {}) {
        return this.send({ method: "PATCH", path: "/v1/me/notification-preferences", body });
    }
    /** Message templates that are paused. At most 200, the longest first. What a paused template would tell goes by the other language, or by another channel. */
    listMessageTemplates() {
        return this.send({ method: "GET", path: "/v1/message-templates" });
    }
    /** Leave it paused. Somebody has looked at it, and nobody is reminded of it any more. 404 for one that is not paused. */
    leaveMessageTemplate(connection, template, language) {
        return this.send({ method: "POST", path: "/v1/message-templates/{connection}/{template}/{language}/leave", parts: { connection, template, language } });
    }
    /** Use it again. For one that was recategorised: from now on it is sent at its new price. 404 for one that is not paused. */
    resumeMessageTemplate(connection, template, language) {
        return this.send({ method: "POST", path: "/v1/message-templates/{connection}/{template}/{language}/resume", parts: { connection, template, language } });
    }
    /** Agree to a text of a message. Not by an API key, nor by who saved it, and only within five minutes of the password: 403 `step_up_required`. */
    approveMessageText(version, body = {}) {
        return this.send({ method: "POST", path: "/v1/message-text-versions/{version}/approve", parts: { version }, body });
    }
    /** Refuse a text of a message. What was used before stays in use; `note` says why. */
    refuseMessageText(version, body) {
        return this.send({ method: "POST", path: "/v1/message-text-versions/{version}/refuse", parts: { version }, body });
    }
    /** Texts of messages. Every text that a shop may write: what payers are told by e-mail and SMS, in both languages. All of them at once. */
    listMessageTexts() {
        return this.send({ method: "GET", path: "/v1/message-texts" });
    }
    /** One text of a message. With its newest 20 versions, and who saved each. */
    readMessageText(template, language, channel) {
        return this.send({ method: "GET", path: "/v1/message-texts/{template}/{language}/{channel}", parts: { template, language, channel } });
    }
    /** Save a text of a message. Used from now on; one that needs a second person, from when they agree. The newest text sent once more makes no version. 422 names what is wrong with each part. */
    saveMessageText(template, language, channel, body) {
        return this.send({ method: "POST", path: "/v1/message-texts/{template}/{language}/{channel}", parts: { template, language, channel }, body });
    }
    /** Go back to our text. From now on the message says what it says out of the box. The shop's versions stay. */
    useOurMessageText(template, language, channel) {
        return this.send({ method: "POST", path: "/v1/message-texts/{template}/{language}/{channel}/ours", parts: { template, language, channel } });
    }
    /** Try a text of a message. How it reads with example data, or what is wrong with it. Nothing is saved. */
    previewMessageText(template, language, channel, body) {
        return this.send({ method: "POST", path: "/v1/message-texts/{template}/{language}/{channel}/preview", parts: { template, language, channel }, body });
    }
    /** Messages to people, newest first. `status` is how far it is: queued, accepted, sent, delivered, read, or failed, which says why in `error`. It never goes back; a message that failed may arrive after all. */
    listNotifications(query = {}) {
        return this.pages({ method: "GET", path: "/v1/notifications", query });
    }
    /** Send a message to somebody again. One that failed is tried again. One that was sent, and did not arrive, stays as it is: the answer is a new one that says the same. One still on its way, and one to somebody who does not want it there any more, is refused with 409. */
    resendNotification(notification) {
        return this.send({ method: "POST", path: "/v1/notifications/{notification}/resend", parts: { notification } });
    }
    /** Orders, newest first. By when they were bought. One marketplace's id may be that of several orders: a basket over two shops is an order in each. */
    listOrders(query = {}) {
        return this.pages({ method: "GET", path: "/v1/orders", query });
    }
    /** Make an order of your own. Its stock is kept with it, all of it or nothing: 409 beside the line where it is not there. `pack`, `ship` and `cancel` are as for a marketplace's, and done at once. */
    createOrder(body, options = {}) {
        return this.send({ method: "POST", path: "/v1/orders", body, idempotencyKey: options.idempotencyKey ?? newKey() });
    }
    /** One order. With its items, its parcels and who buys. */
    readOrder(order) {
        return this.send({ method: "GET", path: "/v1/orders/{order}", parts: { order } });
    }
    /** Cancel items. Ask `cancel-options` first: one packed item takes its parcel along, and some reasons set the SKU to 0. Answered as `pack` is; the marketplace may take a moment to carry it out. */
    cancelOrder(order, body, options = {}) {
        return this.send({ method: "POST", path: "/v1/orders/{order}/cancel", parts: { order }, body, idempotencyKey: options.idempotencyKey ?? newKey() });
    }
    /** What cancelling would do. Asked of the marketplace now: its warning, the reasons that hold for these items, and which items go with them. */
    readCancelOptions(order, query = {}) {
        return this.send({ method: "GET", path: "/v1/orders/{order}/cancel-options", parts: { order }, query });
    }
    /** What buyers want back. Wishes to cancel, returns, and money back without a return: the last fifty, newest first. What `waits` is decided by the marketplace after `decide_by`. */
    listClaims(order, query = {}) {
        return this.pages({ method: "GET", path: "/v1/orders/{order}/claims", parts: { order }, query });
    }
    /** One claim. With its lines, its deadline, and what was answered last. */
    readClaim(order, claim) {
        return this.send({ method: "GET", path: "/v1/orders/{order}/claims/{claim}", parts: { order, claim } });
    }
    /** Agree to a claim. A cancel, a return, or, of what came back, the refund. 202 where the marketplace's answer is not here yet: it is looked up, never sent twice; `answer` says what became of each line. 409 where none was answered. */
    acceptClaim(order, claim, body = {}, options = {}) {
        return this.send({ method: "POST", path: "/v1/orders/{order}/claims/{claim}/accept", parts: { order, claim }, body, idempotencyKey: options.idempotencyKey ?? newKey() });
    }
    /** Say that goods are back. Then `accept` gives the money back, `refuse` does not. Only with `restock` they are counted to stock. Answered as `accept` is. */
    receiveClaim(order, claim, body = {}, options = {}) {
        return this.send({ method: "POST", path: "/v1/orders/{order}/claims/{claim}/receive", parts: { order, claim }, body, idempotencyKey: options.idempotencyKey ?? newKey() });
    }
    /** Why it may be refused. Asked of the marketplace now. None where a refusal needs no reason. */
    listRefusalReasons(order, claim, query = {}) {
        return this.pages({ method: "GET", path: "/v1/orders/{order}/claims/{claim}/refusal-reasons", parts: { order, claim }, query });
    }
    /** Refuse a claim. Ask `refusal-reasons` first. Money alone is not refused but disputed: the marketplace decides. Answered as `accept` is. */
    refuseClaim(order, claim, body = {}, options = {}) {
        return this.send({ method: "POST", path: "/v1/orders/{order}/claims/{claim}/refuse", parts: { order, claim }, body, idempotencyKey: options.idempotencyKey ?? newKey() });
    }
    /** Say what became of the cash. Of an order of your own that is paid at the door and shipped: collected it is delivered and revenue; remitted the money is in your bank; refused it comes back. Said twice it changes nothing. */
    setOrderCod(order, body) {
        return this.send({ method: "POST", path: "/v1/orders/{order}/cod", parts: { order }, body });
    }
    /** Say that parcels have arrived. Of an order of your own, and of a marketplace's parcels that your own fleet brings. Where cash is owed at the door, `cod` says it. Answered as `pack` is. */
    deliverOrder(order, body = {}, options = {}) {
        return this.send({ method: "POST", path: "/v1/orders/{order}/delivered", parts: { order }, body, idempotencyKey: options.idempotencyKey ?? newKey() });
    }
    /** Say that digital items went out. Of a marketplace's items that are nothing to pack: they are `delivered`. Answered as `pack` is. */
    deliverDigitalItems(order, body = {}, options = {}) {
        return this.send({ method: "POST", path: "/v1/orders/{order}/digital-delivered", parts: { order }, body, idempotencyKey: options.idempotencyKey ?? newKey() });
    }
    /** A label or invoice as PDF. The labels of the order's parcels, made by the marketplace once and kept here: printing again asks nobody. An `invoice` is made here of an order of your own, and of a marketplace's is what that gives, where it gives one. */
    readOrderDocument(order, query = {}) {
        return this.send({ method: "GET", path: "/v1/orders/{order}/documents", parts: { order }, query });
    }
    /** Say that parcels could not be brought. As `delivered`: its items are `failed`, and of your own `returned` once they are back. Answered as `pack` is. */
    failOrderDelivery(order, body = {}, options = {}) {
        return this.send({ method: "POST", path: "/v1/orders/{order}/failed-delivery", parts: { order }, body, idempotencyKey: options.idempotencyKey ?? newKey() });
    }
    /** Tell the invoice's number. Of every item that is packed. Answered as `pack` is. */
    setInvoiceNumber(order, body, options = {}) {
        return this.send({ method: "POST", path: "/v1/orders/{order}/invoice-number", parts: { order }, body, idempotencyKey: options.idempotencyKey ?? newKey() });
    }
    /** What was asked of the marketplace. The last twenty, newest first. */
    listOrderOperations(order, query = {}) {
        return this.pages({ method: "GET", path: "/v1/orders/{order}/operations", parts: { order }, query });
    }
    /** Pack items into a parcel. The marketplace gives the parcel its number and tracking. 202 where its answer is not here yet: it is looked up, never sent twice; `operation` says what became of each item. 409 where none was packed. */
    packOrder(order, body = {}, options = {}) {
        return this.send({ method: "POST", path: "/v1/orders/{order}/pack", parts: { order }, body, idempotencyKey: options.idempotencyKey ?? newKey() });
    }
    /** Have an oversold order packed. An order of which not all is in stock (`hold`) is not packed. Stock that comes ends that, and so does cancelling what is missing; this has it packed as it is. */
    releaseOrder(order) {
        return this.send({ method: "POST", path: "/v1/orders/{order}/release", parts: { order } });
    }
    /** Undo a parcel. Its items are `repacked`, and can be packed anew: so one of them can be cancelled without the others. Answered as `pack` is. */
    repackOrder(order, body = {}, options = {}) {
        return this.send({ method: "POST", path: "/v1/orders/{order}/repack", parts: { order }, body, idempotencyKey: options.idempotencyKey ?? newKey() });
    }
    /** Say that items are back. Of an order of your own, after it was delivered or could not be. Stock that can be sold again is counted in by hand, money given back by a refund of the payment. */
    returnOrder(order, body = {}, options = {}) {
        return this.send({ method: "POST", path: "/v1/orders/{order}/returned", parts: { order }, body, idempotencyKey: options.idempotencyKey ?? newKey() });
    }
    /** Say that parcels are ready for the carrier. From then on the carrier may fetch them. Answered as `pack` is. */
    shipOrder(order, body = {}, options = {}) {
        return this.send({ method: "POST", path: "/v1/orders/{order}/ship", parts: { order }, body, idempotencyKey: options.idempotencyKey ?? newKey() });
    }
    /** What happened to an order. Oldest first: what was heard of it, what was done. Without `limit` the first 500. */
    readOrderTimeline(order, query = {}) {
        return this.pages({ method: "GET", path: "/v1/orders/{order}/timeline", parts: { order }, query });
    }
    /** How an amount can be paid. Every method that an enabled connection offers, with the reason where this amount does not fit. */
    listPaymentMethods(query) {
        return this.pages({ method: "GET", path: "/v1/payment-methods", query });
    }
    /** Payments, newest first. Customers see their own, staff and API keys all. A page may be shorter than asked for; the list ends where `next_cursor` is null. */
    listPayments(query = {}) {
        return this.pages({ method: "GET", path: "/v1/payments", query });
    }
    /** Make a payment. With `method` the first attempt is made at once; without it the payer chooses on the page behind `checkout_url`. */
    createPayment(body, options = {}) {
        return this.send({ method: "POST", path: "/v1/payments", body, idempotencyKey: options.idempotencyKey ?? newKey() });
    }
    /** One payment. A payment as it is now. */
    readPayment(payment) {
        return this.send({ method: "GET", path: "/v1/payments/{payment}", parts: { payment } });
    }
    /** The attempts of a payment. Oldest first; there are never many. */
    listAttempts(payment, query = {}) {
        return this.pages({ method: "GET", path: "/v1/payments/{payment}/attempts", parts: { payment }, query });
    }
    /** Try another way to pay. The earlier attempt is closed where the provider can. */
    createAttempt(payment, body, options = {}) {
        return this.send({ method: "POST", path: "/v1/payments/{payment}/attempts", parts: { payment }, body, idempotencyKey: options.idempotencyKey ?? newKey() });
    }
    /** Cancel an unpaid payment. Open attempts are closed at the provider first; money that turns out to be in wins. */
    cancelPayment(payment) {
        return this.send({ method: "POST", path: "/v1/payments/{payment}/cancel", parts: { payment } });
    }
    /** What our own node saw. Every transfer to the payment's addresses, in order, with what it means. */
    listTransfers(payment, query = {}) {
        return this.pages({ method: "GET", path: "/v1/payments/{payment}/chain", parts: { payment }, query });
    }
    /** Tell an app by push. The newest of a payment's devices is told. The same token again is the same device; the oldest of more than five is forgotten. */
    registerDevice(payment, body) {
        return this.send({ method: "POST", path: "/v1/payments/{payment}/devices", parts: { payment }, body });
    }
    /** Tell an app no more. The same for one that is not told. A push that is on its way may still arrive. */
    removeDevice(payment, device) {
        return this.send({ method: "DELETE", path: "/v1/payments/{payment}/devices/{device}", parts: { payment, device } });
    }
    /** Ask the provider now. The payment with what the provider said. */
    refreshPayment(payment) {
        return this.send({ method: "POST", path: "/v1/payments/{payment}/refresh", parts: { payment } });
    }
    /** Give money back. All that is left, a surplus too, or `amount` of it; several refunds where it came over several attempts, told as `related_refunds`. Where the method cannot give back, the payer names a bank account (of crypto, an address) and an operator transfers. */
    createRefund(payment, body, options = {}) {
        return this.send({ method: "POST", path: "/v1/payments/{payment}/refunds", parts: { payment }, body, idempotencyKey: options.idempotencyKey ?? newKey() });
    }
    /** End a hold. A person decides what a held payment is: take the money, give it back, or let go. */
    resolvePayment(payment, body) {
        return this.send({ method: "POST", path: "/v1/payments/{payment}/resolve", parts: { payment }, body });
    }
    /** Send the payment link to its payer. By e-mail, else by WhatsApp or SMS to a phone whose owner agreed, in the customer's language; `GET /v1/notifications?payment=` tells how it went. 409 when nobody can pay by it, or no channel reaches the payer (`payer_unreachable`). */
    sendPaymentLink(payment, options = {}) {
        return this.send({ method: "POST", path: "/v1/payments/{payment}/send-link", parts: { payment }, idempotencyKey: options.idempotencyKey ?? newKey() });
    }
    /** What happened to a payment. Oldest first: what came in, what went out, what was decided. Without `limit` the first 500. */
    readTimeline(payment, query = {}) {
        return this.pages({ method: "GET", path: "/v1/payments/{payment}/timeline", parts: { payment }, query });
    }
    /** Payouts of marketplaces, newest first. Each with the sums of the lines that explain it, and what is left with its name. A page may be short and go on where `paid` is asked for. */
    listPayouts(query = {}) {
        return this.pages({ method: "GET", path: "/v1/payouts", query });
    }
    /** One payout. What explains it by kind; its lines are at `/v1/settlements?payout=`. */
    readPayout(payout) {
        return this.send({ method: "GET", path: "/v1/payouts/{payout}", parts: { payout } });
    }
    /** The lines of a payout as CSV. For a spreadsheet: amounts are decimals. At most 10,000 lines; `Link` leads to those that follow. */
    exportPayout(payout, query = {}) {
        return this.send({ method: "GET", path: "/v1/payouts/{payout}/csv", parts: { payout }, query });
    }
    /** Products, newest first. With their stock, warehouse by warehouse. */
    listProducts(query = {}) {
        return this.pages({ method: "GET", path: "/v1/products", query });
    }
    /** Make a product. With `components` it is a bundle: its stock is counted by theirs. 409 where another product has the SKU. */
    createProduct(body, options = {}) {
        return this.send({ method: "POST", path: "/v1/products", body, idempotencyKey: options.idempotencyKey ?? newKey() });
    }
    /** One product. With its stock, warehouse by warehouse. */
    readProduct(sku) {
        return this.send({ method: "GET", path: "/v1/products/{sku}", parts: { sku } });
    }
    /** Change a product. Its name, or what a bundle consists of. The SKU stays: orders were made by it. */
    changeProduct(sku, body = {}) {
        return this.send({ method: "PATCH", path: "/v1/products/{sku}", parts: { sku }, body });
    }
    /** What moved of a product's stock. Newest first: counts, reservations, what was given up, and what left. */
    listMovements(sku, query = {}) {
        return this.pages({ method: "GET", path: "/v1/products/{sku}/movements", parts: { sku }, query });
    }
    /** Set the price of a product. What it costs from now on; orders that were made keep theirs. */
    setPrice(sku, body) {
        return this.send({ method: "PUT", path: "/v1/products/{sku}/price", parts: { sku }, body });
    }
    /** Set the stock of a product. What was counted in the warehouse, with what is reserved for orders: the same count again changes nothing. Every shop is told what is left for it. */
    setStock(sku, body) {
        return this.send({ method: "PUT", path: "/v1/products/{sku}/stock", parts: { sku }, body });
    }
    /** Refunds, newest first. Of every payment, or of one; where they go is shown to those who may transfer. */
    listRefunds(query = {}) {
        return this.pages({ method: "GET", path: "/v1/refunds", query });
    }
    /** One refund. A refund as it is now; the bank account or address is shown to those who may transfer. */
    readRefund(refund) {
        return this.send({ method: "GET", path: "/v1/refunds/{refund}", parts: { refund } });
    }
    /** Say where a transfer goes. For who may pay out, when the payer told them. Payer and operators are told; what was named stays on record. 409 when it was changed meanwhile. */
    setRefundDestination(refund, body = {}) {
        return this.send({ method: "PUT", path: "/v1/refunds/{refund}/destination", parts: { refund }, body });
    }
    /** Make a refund's link. For a payer whom no mail reaches. What is named by it carries the name of whoever made it. Takes no Idempotency-Key: it moves nothing, and leads to the same refund whenever it is made. */
    createRefundLink(refund) {
        return this.send({ method: "POST", path: "/v1/refunds/{refund}/link", parts: { refund } });
    }
    /** Say what became of a refund in doubt. Of one that is `unknown` with a `failure`: the provider never confirmed it, and a person has looked there. `returned` books it, `failed` frees the money. */
    resolveRefund(refund, body) {
        return this.send({ method: "POST", path: "/v1/refunds/{refund}/resolve", parts: { refund }, body });
    }
    /** Send a refund's link to its payer. To the e-mail address that the payment knows, else by SMS to its phone where its owner agreed, and nowhere else. 409 where neither is so (`payer_unreachable`), or within five minutes of the last. */
    sendRefundLink(refund) {
        return this.send({ method: "POST", path: "/v1/refunds/{refund}/send-link", parts: { refund } });
    }
    /** Record a transfer. An operator has transferred the money; `reference` is the bank's, or the hash of the transaction. Not by whoever asked for the refund, where somebody else may; 409 when the destination was changed meanwhile. */
    settleRefund(refund, body) {
        return this.send({ method: "POST", path: "/v1/refunds/{refund}/settle", parts: { refund }, body });
    }
    /** Secrets by name. Never a value. */
    listSecrets(query = {}) {
        return this.pages({ method: "GET", path: "/v1/secrets", query });
    }
    /** Write a secret. The name's first part is its family, as in service/nicepay-uji/merchant_key. */
    putSecret(name, body) {
        return this.send({ method: "PUT", path: "/v1/secrets/{name}", parts: { name }, body });
    }
    /** Rotate a secret (…/rotate) A new version beside the old one, which stays valid for the overlap. */
    rotateSecret(name, body = {}) {
        return this.send({ method: "POST", path: "/v1/secrets/{name}", parts: { name }, body });
    }
    /** Lines of statements, newest first. Of a payout, of an order, or those that are held. A page may be short and go on where more than one filter is given. */
    listSettlements(query = {}) {
        return this.pages({ method: "GET", path: "/v1/settlements", query });
    }
    /** How far an order is settled. By the marketplace's number of the order in its shop: whether its lines add up to what was paid, and are paid out; at most 500 lines are shown. */
    readOrderSettlement(shop, number) {
        return this.send({ method: "GET", path: "/v1/settlements/orders/{shop}/{number}", parts: { shop, number } });
    }
    /** One line of a statement. As it is now. */
    readSettlement(line) {
        return this.send({ method: "GET", path: "/v1/settlements/{line}", parts: { line } });
    }
    /** Decide about a line that is held. Compare it in the marketplace's seller centre first: what is booked stands. 409 for a line that is not held. */
    decideSettlement(line, body) {
        return this.send({ method: "POST", path: "/v1/settlements/{line}/decide", parts: { line }, body });
    }
    /** Ask a marketplace for its stock. Its whole list is read now, as it is every quarter of an hour: `looked_at` says when it was, and `GET /v1/listings?status=different` what it has otherwise. */
    checkShop(connection) {
        return this.send({ method: "POST", path: "/v1/shops/{connection}/check", parts: { connection } });
    }
    /** Import a shop's list. Read on in the background: `GET /v1/imports/{import}` tells how far it is. What has a SKU of yours is mapped to it. One that is under way is the answer. */
    beginImport(connection, body = {}, options = {}) {
        return this.send({ method: "POST", path: "/v1/shops/{connection}/imports", parts: { connection }, body, idempotencyKey: options.idempotencyKey ?? newKey() });
    }
    /** Map listings by a CSV. All of it or nothing: `faults` name each line that is wrong. With `dry_run` it is only tried. */
    mapByCsv(connection, body) {
        return this.send({ method: "POST", path: "/v1/shops/{connection}/listings/csv", parts: { connection }, body });
    }
    /** What a shop is offered. How much of the pool is kept back from it, and which warehouses are which. */
    readStockRules(connection) {
        return this.send({ method: "GET", path: "/v1/shops/{connection}/stock-rules", parts: { connection } });
    }
    /** Say what a shop is offered. All of its listings are sent anew where it changes. */
    setStockRules(connection, body) {
        return this.send({ method: "PUT", path: "/v1/shops/{connection}/stock-rules", parts: { connection }, body });
    }
    /** What the team is told. By the operators' address (`GERBANG_OPERATOR_EMAIL`) and by chat. */
    readTeamNotificationPreferences() {
        return this.send({ method: "GET", path: "/v1/team/notification-preferences" });
    }
    /** Change what the team is told. From the next event on; what waits for a digest is told by it all the same. */
    changeTeamNotificationPreferences(body = {}) {
        return this.send({ method: "PATCH", path: "/v1/team/notification-preferences", body });
    }
    /** Users, newest first. Customers and staff. */
    listUsers(query = {}) {
        return this.pages({ method: "GET", path: "/v1/users", query });
    }
    /** Add a user. Of any role; the person changes the password at /v1/auth/password. Takes no Idempotency-Key: sent twice, the second is refused, since the address is taken. */
    createUser(body) {
        return this.send({ method: "POST", path: "/v1/users", body });
    }
    /** One user. By id. */
    readUser(user) {
        return this.send({ method: "GET", path: "/v1/users/{user}", parts: { user } });
    }
    /** Give another role, disable or enable. Tokens with the old role are refused within five seconds; the last admin stays. */
    changeUser(user, body = {}) {
        return this.send({ method: "PATCH", path: "/v1/users/{user}", parts: { user }, body });
    }
    /** Waves, newest first. How far each is. */
    listWaves(query = {}) {
        return this.pages({ method: "GET", path: "/v1/waves", query });
    }
    /** Pack many orders. Up to 500 orders, the nearest deadline first: they are packed in batches of twenty, then their labels are fetched; what cannot be packed falls out and is told by `GET /v1/waves/{id}`. An order is in one wave at a time. 409 where nothing waits. */
    createWave(body = {}, options = {}) {
        return this.send({ method: "POST", path: "/v1/waves", body, idempotencyKey: options.idempotencyKey ?? newKey() });
    }
    /** One wave. With every order that fell out, and why. */
    readWave(wave) {
        return this.send({ method: "GET", path: "/v1/waves/{wave}", parts: { wave } });
    }
    /** The labels of a wave as PDF. One document with the labels that are there, in the order of the wave, each on a page of its own. Printing again packs nothing and asks nobody. */
    readWaveLabels(wave) {
        return this.send({ method: "GET", path: "/v1/waves/{wave}/labels", parts: { wave } });
    }
    /** What to fetch for a wave. By warehouse and SKU. What fell out of the wave or is cancelled is not in it. */
    readPickList(wave, query = {}) {
        return this.pages({ method: "GET", path: "/v1/waves/{wave}/pick-list", parts: { wave }, query });
    }
    /** A pick list as CSV. The whole pick list for a spreadsheet. */
    exportPickList(wave) {
        return this.send({ method: "GET", path: "/v1/waves/{wave}/pick-list/csv", parts: { wave } });
    }
    /** Ship a wave. All its parcels are ready for their carriers: said in batches of twenty, each order once. What cannot leave is told by `GET /v1/waves/{id}` and stays packed; ask again with a new key to try it once more. 409 before the wave is `done`, or where nothing is left to ship. */
    shipWave(wave, options = {}) {
        return this.send({ method: "POST", path: "/v1/waves/{wave}/ship", parts: { wave }, idempotencyKey: options.idempotencyKey ?? newKey() });
    }
    /** Webhook events, newest first. Only verified messages become events; `verified=false` is an empty list, and /v1/webhook-rejections holds the others. */
    listWebhookEvents(query = {}) {
        return this.pages({ method: "GET", path: "/v1/webhook-events", query });
    }
    /** One webhook event. With headers and raw body. */
    readWebhookEvent(event) {
        return this.send({ method: "GET", path: "/v1/webhook-events/{event}", parts: { event } });
    }
    /** Run an event again. Harmless: facts carry totals, so what was applied before changes nothing. */
    replayWebhookEvent(event, body = {}) {
        return this.send({ method: "POST", path: "/v1/webhook-events/{event}/replay", parts: { event }, body });
    }
    /** Refused webhook messages. Newest first; a sample of at most sixty a minute is kept. */
    listWebhookRejections(query = {}) {
        return this.send({ method: "GET", path: "/v1/webhook-rejections", query });
    }
}
