"""Every operation of the API as a method. Made by `make sdk` from the OpenAPI document: change nothing here by hand."""

from typing import Any, Literal

from gerbang_client.calls import Call, new_key
from gerbang_client.paging import AsyncPages, Pages
from gerbang_client.types import (
    AcceptClaimBody,
    Account,
    ApiKey,
    ApiKeyBody,
    Approval,
    ApproveBody,
    Attempt,
    AttemptBody,
    AuditEntry,
    CancelItemsBody,
    CancelOptions,
    Claim,
    CodBody,
    CompleteBody,
    Connection,
    ConnectionChangeBody,
    Customer,
    CustomerChangeBody,
    DataRequest,
    DataRequestKind,
    DataRequestStatus,
    DecideLineBody,
    Delivery,
    DeliveryStatus,
    Device,
    DeviceBody,
    Endpoint,
    EndpointChangeBody,
    Erasure,
    EventLog,
    EventTypes,
    Export,
    FeeKind,
    Import,
    ImportBody,
    InvoiceNumberBody,
    ItemsBody,
    ItemStatus,
    Keys,
    LineStatus,
    Link,
    Listing,
    LoginBody,
    LogoutBody,
    MappingBody,
    MappingFileBody,
    MappingReport,
    Me,
    MessageTemplateList,
    MessageTextBody,
    MessageTextCheck,
    MessageTextDetail,
    MessageTextList,
    MessageTextVersion,
    Movement,
    NameDestinationBody,
    NewApiKey,
    NewConnectionBody,
    NewCustomerBody,
    NewDataRequestBody,
    NewEndpointBody,
    NewProductBody,
    NewUserBody,
    NewWaveBody,
    Notification,
    NotificationPreferences,
    NotificationPreferencesBody,
    NotificationStatus,
    NotificationTemplate,
    Offer,
    Operation,
    Order,
    OrderAfter,
    OrderBody,
    OrderMoment,
    OrderSettlement,
    OwnerBody,
    PackBody,
    ParcelsBody,
    PasswordBody,
    Payment,
    PaymentBody,
    PaymentMethod,
    PaymentStatus,
    Payout,
    PickLine,
    Posting,
    PriceBody,
    Probe,
    Product,
    ProductChangeBody,
    ReceiveClaimBody,
    RefreshBody,
    Refund,
    RefundBody,
    RefundStatus,
    RefusalReason,
    RefuseBody,
    RefuseClaimBody,
    RefuseDataRequestBody,
    RegisterBody,
    Replay,
    ReplayBody,
    ResendBody,
    Resent,
    ResentEvent,
    ResolveBody,
    ResolveRefundBody,
    RotateBody,
    RotationBody,
    Secret,
    SecretBody,
    SettleBody,
    SettlementLine,
    ShipBody,
    StepUpBody,
    StockBody,
    StockRules,
    StockRulesBody,
    TextApproveBody,
    TextRefuseBody,
    TimelineEntry,
    Token,
    Transfer,
    User,
    UserChangeBody,
    Wave,
    WebhookEvent,
    WebhookEventStatus,
    WebhookRejectionList,
    WholeEventType,
    WholeWave,
    WholeWebhookEvent,
    Written,
)


class Operations:
    """What a client can ask for. How it is sent stands in `client.py`."""

    def _send(self, call: Call) -> Any:
        raise NotImplementedError

    def _pages(self, call: Call) -> Pages[Any]:
        raise NotImplementedError

    def list_api_keys(self, *, limit: int | None = None) -> Pages[ApiKey]:
        """API keys, newest first. Their first characters and last use; never the key."""
        return self._pages(Call("GET", "/v1/api-keys", query={"limit": limit}))

    def create_api_key(self, body: ApiKeyBody) -> NewApiKey:
        """Make an API key. The key is shown in this answer only. Takes no Idempotency-Key, since no repetition could
        show it again: sent twice, two keys are made. After a lost answer, revoke the newest key of this name at
        DELETE /v1/api-keys/{key}, and make another.
        """
        answer: NewApiKey = self._send(Call("POST", "/v1/api-keys", body=body))
        return answer

    def revoke_api_key(self, key: str) -> ApiKey:
        """Revoke an API key. Every process refuses it within five seconds."""
        answer: ApiKey = self._send(Call("DELETE", "/v1/api-keys/{key}", parts={"key": key}))
        return answer

    def list_approvals(
        self,
        *,
        limit: int | None = None,
        status: Literal["pending", "approved", "refused", "expired", "None"] | None = None,
    ) -> Pages[Approval]:
        """Approvals, newest first. What waits for a second person, and what was decided."""
        return self._pages(Call("GET", "/v1/approvals", query={"limit": limit, "status": status}))

    def read_approval(self, approval: str) -> Approval:
        """One approval. An approval as it is now, with the fingerprint of exactly what would be approved."""
        answer: Approval = self._send(Call("GET", "/v1/approvals/{approval}", parts={"approval": approval}))
        return answer

    def approve_approval(self, approval: str, body: ApproveBody | None = None) -> Approval:
        """Agree as the second person. Not by an API key, nor by who asked or said where the money goes, and only within
        five minutes of the password: 403 `step_up_required`. 409 when it was decided, or what would be approved is
        not what was seen.
        """
        answer: Approval = self._send(
            Call("POST", "/v1/approvals/{approval}/approve", parts={"approval": approval}, body=body)
        )
        return answer

    def refuse_approval(self, approval: str, body: RefuseBody) -> Approval:
        """Refuse as the second person. The refund fails, and what was reserved for it is free again; `note` says why,
        and is kept for ever.
        """
        answer: Approval = self._send(
            Call("POST", "/v1/approvals/{approval}/refuse", parts={"approval": approval}, body=body)
        )
        return answer

    def list_audit(
        self, *, limit: int | None = None, action: str | None = None, object: str | None = None
    ) -> Pages[AuditEntry]:
        """The audit trail, newest first. Filters: `action` (`payment.created`), `object` (`pay_…`)."""
        return self._pages(Call("GET", "/v1/audit", query={"limit": limit, "action": action, "object": object}))

    def login(self, body: LoginBody) -> Token:
        """Sign in. The same answer for a wrong password and an unknown address."""
        answer: Token = self._send(Call("POST", "/v1/auth/login", body=body))
        return answer

    def logout(self, body: LogoutBody | None = None) -> None:
        """Sign out. Ends the session of the access token, or of the `refresh_token` in the body; every process hears of
        it within 5 s.
        """
        self._send(Call("POST", "/v1/auth/logout", body=body))

    def claim_ownership(self, body: OwnerBody) -> User:
        """Become the owner of a new installation. With the token of the one-time link, within 30 minutes of its
        printing. Takes no Idempotency-Key: the token is good once.
        """
        answer: User = self._send(Call("POST", "/v1/auth/owner", body=body))
        return answer

    def change_password(self, body: PasswordBody) -> None:
        """Change one's password. Ends every session of the user, this one too."""
        self._send(Call("POST", "/v1/auth/password", body=body))

    def refresh_session(self, body: RefreshBody) -> Token:
        """Turn a refresh token over. The old refresh token is used up; using it again ends the session. A lost answer
        may be asked for again within 10 s.
        """
        answer: Token = self._send(Call("POST", "/v1/auth/refresh", body=body))
        return answer

    def register_customer(self, body: RegisterBody) -> User:
        """Register as a customer. The password needs 15 characters and no other kind of rule; common ones are refused.
        Takes no Idempotency-Key: sent twice, the second is refused, since the address is taken.
        """
        answer: User = self._send(Call("POST", "/v1/auth/register", body=body))
        return answer

    def step_up(self, body: StepUpBody) -> None:
        """Give one's password once more. For what moves money: the session counts as proven for five minutes, as it does
        after signing in. 403 for another password.
        """
        self._send(Call("POST", "/v1/auth/step-up", body=body))

    def list_connections(self, *, limit: int | None = None) -> Pages[Connection]:
        """Connections. Oldest first."""
        return self._pages(Call("GET", "/v1/connections", query={"limit": limit}))

    def create_connection(self, body: NewConnectionBody) -> Connection:
        """Add a connection. Put its secrets under /v1/secrets first. Takes no Idempotency-Key: sent twice, the second is
        refused, since the id is taken.
        """
        answer: Connection = self._send(Call("POST", "/v1/connections", body=body))
        return answer

    def read_connection(self, connection: str) -> Connection:
        """One connection. Settings and names of secrets."""
        answer: Connection = self._send(Call("GET", "/v1/connections/{connection}", parts={"connection": connection}))
        return answer

    def delete_connection(self, connection: str) -> None:
        """Delete a connection. One that is disabled and by which nothing was ever tried, and below which no shop stands;
        its secrets stay.
        """
        self._send(Call("DELETE", "/v1/connections/{connection}", parts={"connection": connection}))

    def change_connection(self, connection: str, body: ConnectionChangeBody | None = None) -> Connection:
        """Change a connection. Every process uses the change within five seconds."""
        answer: Connection = self._send(
            Call("PATCH", "/v1/connections/{connection}", parts={"connection": connection}, body=body)
        )
        return answer

    def probe_connection(self, connection: str) -> Probe:
        """Ask the provider whether it takes a connection. Moves nothing there. Which message templates it lets us use is
        kept as it says. Takes ten seconds at most. When it was asked, and what came of it, stays in the audit trail.
        """
        answer: Probe = self._send(Call("POST", "/v1/connections/{connection}/probe", parts={"connection": connection}))
        return answer

    def list_customers(
        self,
        *,
        limit: int | None = None,
        external_id: str | None = None,
        email: str | None = None,
        phone: str | None = None,
        created_after: str | None = None,
        created_before: str | None = None,
    ) -> Pages[Customer]:
        """Customers, newest first. Without those who were erased."""
        return self._pages(
            Call(
                "GET",
                "/v1/customers",
                query={
                    "limit": limit,
                    "external_id": external_id,
                    "email": email,
                    "phone": phone,
                    "created_after": created_after,
                    "created_before": created_before,
                },
            )
        )

    def create_customer(self, body: NewCustomerBody | None = None, *, idempotency_key: str | None = None) -> Customer:
        """Make a customer. A payment may name them by `customer.id` or `customer.external_id`. 409 where another
        customer has the `external_id`: the answer says who.
        """
        answer: Customer = self._send(
            Call("POST", "/v1/customers", body=body, idempotency_key=idempotency_key or new_key())
        )
        return answer

    def read_customer(self, customer: str) -> Customer:
        """One customer. `GET /v1/payments?customer=` lists their payments."""
        answer: Customer = self._send(Call("GET", "/v1/customers/{customer}", parts={"customer": customer}))
        return answer

    def change_customer(self, customer: str, body: CustomerChangeBody | None = None) -> Customer:
        """Change a customer. Who pays a payment that was made before stays as it was then. Preferences count for every
        message from now on.
        """
        answer: Customer = self._send(
            Call("PATCH", "/v1/customers/{customer}", parts={"customer": customer}, body=body)
        )
        return answer

    def create_data_request(
        self, customer: str, body: NewDataRequestBody, *, idempotency_key: str | None = None
    ) -> DataRequest:
        """Note what a customer asks. Of their data: it is due in `GERBANG_DATA_REQUEST_DUE_DAYS` days, and stands in the
        work list until then.
        """
        answer: DataRequest = self._send(
            Call(
                "POST",
                "/v1/customers/{customer}/data-requests",
                parts={"customer": customer},
                body=body,
                idempotency_key=idempotency_key or new_key(),
            )
        )
        return answer

    def erase_customer(self, customer: str) -> Erasure:
        """Erase a customer. Cannot be undone. Of whoever has the customer's id, e-mail address or phone number, in every
        part of Gerbang; payments, refunds and the ledger stay, and name nobody.
        """
        answer: Erasure = self._send(Call("POST", "/v1/customers/{customer}/erase", parts={"customer": customer}))
        return answer

    def export_customer(self, customer: str) -> Export:
        """Everything kept about a customer. Of whoever has the customer's id, e-mail address or phone number: every part
        of Gerbang that keeps something shows it. That it was asked for stands in the audit trail.
        """
        answer: Export = self._send(Call("GET", "/v1/customers/{customer}/export", parts={"customer": customer}))
        return answer

    def list_data_requests(
        self,
        *,
        limit: int | None = None,
        status: DataRequestStatus | None = None,
        kind: DataRequestKind | None = None,
        customer: str | None = None,
    ) -> Pages[DataRequest]:
        """What customers ask of their data, newest first. `status=open` are those that wait."""
        return self._pages(
            Call(
                "GET", "/v1/data-requests", query={"limit": limit, "status": status, "kind": kind, "customer": customer}
            )
        )

    def read_data_request(self, data_request: str) -> DataRequest:
        """One data request. With what became of it."""
        answer: DataRequest = self._send(
            Call("GET", "/v1/data-requests/{data_request}", parts={"data_request": data_request})
        )
        return answer

    def complete_data_request(self, data_request: str, body: CompleteBody | None = None) -> DataRequest:
        """Do what was asked. An `objection` stops all messages, an `erasure` erases the person; for `access` send the
        export first, for a `rectification` change the customer first.
        """
        answer: DataRequest = self._send(
            Call("POST", "/v1/data-requests/{data_request}/complete", parts={"data_request": data_request}, body=body)
        )
        return answer

    def refuse_data_request(self, data_request: str, body: RefuseDataRequestBody) -> DataRequest:
        """Refuse what was asked. With the reason that the person is told."""
        answer: DataRequest = self._send(
            Call("POST", "/v1/data-requests/{data_request}/refuse", parts={"data_request": data_request}, body=body)
        )
        return answer

    def list_object_deliveries(self, *, object: str, limit: int | None = None) -> Pages[Delivery]:
        """Deliveries about one object, newest first. To every endpoint, with their attempts, without what was sent and
        answered. `object` is its id: of a payment, a refund, a connection.
        """
        return self._pages(Call("GET", "/v1/deliveries", query={"object": object, "limit": limit}))

    def read_delivery(self, delivery: str) -> Delivery:
        """One delivery with what was sent and answered. Signatures are no secrets, and shown."""
        answer: Delivery = self._send(Call("GET", "/v1/deliveries/{delivery}", parts={"delivery": delivery}))
        return answer

    def cancel_delivery(self, delivery: str) -> Delivery:
        """Try a delivery no more. One that arrived or was given up stays as it is. A try that is under way may still
        arrive.
        """
        answer: Delivery = self._send(Call("POST", "/v1/deliveries/{delivery}/cancel", parts={"delivery": delivery}))
        return answer

    def resend_delivery(self, delivery: str) -> Delivery:
        """Send an event again. Now, and from the beginning of its schedule, under the same event id."""
        answer: Delivery = self._send(Call("POST", "/v1/deliveries/{delivery}/resend", parts={"delivery": delivery}))
        return answer

    def list_endpoints(self, *, limit: int | None = None) -> Pages[Endpoint]:
        """Endpoints, newest first. Never their secrets."""
        return self._pages(Call("GET", "/v1/endpoints", query={"limit": limit}))

    def create_endpoint(self, body: NewEndpointBody, *, idempotency_key: str | None = None) -> Endpoint:
        """Add an endpoint. Its secret is told with this answer only, and with the same answer to the same Idempotency-
        Key.
        """
        answer: Endpoint = self._send(
            Call("POST", "/v1/endpoints", body=body, idempotency_key=idempotency_key or new_key())
        )
        return answer

    def read_endpoint(self, endpoint: str) -> Endpoint:
        """One endpoint. Never its secret."""
        answer: Endpoint = self._send(Call("GET", "/v1/endpoints/{endpoint}", parts={"endpoint": endpoint}))
        return answer

    def delete_endpoint(self, endpoint: str) -> None:
        """Delete an endpoint. What is on its way to it is cancelled."""
        self._send(Call("DELETE", "/v1/endpoints/{endpoint}", parts={"endpoint": endpoint}))

    def change_endpoint(self, endpoint: str, body: EndpointChangeBody | None = None) -> Endpoint:
        """Change an endpoint. A key that another `signing` needs is told with this answer only. Switched on again, an
        endpoint begins anew.
        """
        answer: Endpoint = self._send(
            Call("PATCH", "/v1/endpoints/{endpoint}", parts={"endpoint": endpoint}, body=body)
        )
        return answer

    def list_deliveries(
        self, endpoint: str, *, limit: int | None = None, status: DeliveryStatus | None = None
    ) -> Pages[Delivery]:
        """Deliveries of an endpoint, newest first. With their attempts, without what was sent and answered."""
        return self._pages(
            Call(
                "GET",
                "/v1/endpoints/{endpoint}/deliveries",
                parts={"endpoint": endpoint},
                query={"limit": limit, "status": status},
            )
        )

    def resend_deliveries(self, endpoint: str, body: ResendBody) -> Resent:
        """Send a range of events again. Under the same event ids: a receiver that remembers them does nothing twice.
        From 24 hours after the endpoint was made.
        """
        answer: Resent = self._send(
            Call("POST", "/v1/endpoints/{endpoint}/resend", parts={"endpoint": endpoint}, body=body)
        )
        return answer

    def rotate_endpoint_secret(self, endpoint: str, body: RotateBody | None = None) -> Keys:
        """Replace an endpoint's keys. Nothing is lost on the way: what is tried again meanwhile is signed anew."""
        answer: Keys = self._send(
            Call("POST", "/v1/endpoints/{endpoint}/rotate-secret", parts={"endpoint": endpoint}, body=body)
        )
        return answer

    def test_endpoint(self, endpoint: str) -> Delivery:
        """Send an endpoint a test event. Of type `endpoint.test`, whatever its `events` are; read the delivery to see
        what became of it.
        """
        answer: Delivery = self._send(Call("POST", "/v1/endpoints/{endpoint}/test", parts={"endpoint": endpoint}))
        return answer

    def read_event_log(
        self,
        *,
        after: str | None = None,
        events: str | None = None,
        limit: int | None = None,
        wait_s: int | None = None,
    ) -> EventLog:
        """Events after a place, in order and without gaps. Without `after` only `next` is told: where the log ends now.
        Keep `next` once you have worked on what came with it. `events` are types or patterns by commas, `wait_s` is
        how long to wait for the first.
        """
        answer: EventLog = self._send(
            Call("GET", "/v1/event-log", query={"after": after, "events": events, "limit": limit, "wait_s": wait_s})
        )
        return answer

    def list_event_types(self) -> EventTypes:
        """Every type of event. What may be named in the `events` of an endpoint, and what is heard by stream alone. All
        of them: there are no pages.
        """
        answer: EventTypes = self._send(Call("GET", "/v1/event-types"))
        return answer

    def read_event_type(self, event_type: str) -> WholeEventType:
        """One type of event with its schema. The schema is JSON Schema 2020-12, whole in itself."""
        answer: WholeEventType = self._send(
            Call("GET", "/v1/event-types/{event_type}", parts={"event_type": event_type})
        )
        return answer

    def resend_event(self, event: str) -> ResentEvent:
        """Send an event again to listeners. Whoever reads the event log (`gerbang listen`) gets it once more, under the
        same id. Endpoints do not: POST /v1/deliveries/{id}/resend.
        """
        answer: ResentEvent = self._send(Call("POST", "/v1/events/{event}/resend", parts={"event": event}))
        return answer

    def read_import(self, listing_import: str) -> Import:
        """One import. How far it is, and what it came to."""
        answer: Import = self._send(
            Call("GET", "/v1/imports/{listing_import}", parts={"listing_import": listing_import})
        )
        return answer

    def list_accounts(self, *, limit: int | None = None) -> Pages[Account]:
        """Accounts and their totals. Per account and currency; the balances of one currency add up to zero."""
        return self._pages(Call("GET", "/v1/ledger/accounts", query={"limit": limit}))

    def list_postings(self, *, payment: str, limit: int | None = None) -> Pages[Posting]:
        """The ledger lines of a payment. Oldest first."""
        return self._pages(Call("GET", "/v1/ledger/postings", query={"limit": limit, "payment": payment}))

    def list_listings(
        self,
        *,
        limit: int | None = None,
        connection: str | None = None,
        status: Literal["unmapped", "different", "pending", "None"] | None = None,
    ) -> Pages[Listing]:
        """Listings, newest first. What shops of marketplaces sell."""
        return self._pages(
            Call("GET", "/v1/listings", query={"limit": limit, "connection": connection, "status": status})
        )

    def read_listing(self, listing: str) -> Listing:
        """One listing. With what was sent, and what the marketplace says it has."""
        answer: Listing = self._send(Call("GET", "/v1/listings/{listing}", parts={"listing": listing}))
        return answer

    def map_listing(self, listing: str, body: MappingBody) -> Listing:
        """Map a listing. Its stock is sent from now on, and what is sold there is taken from the product's."""
        answer: Listing = self._send(Call("PATCH", "/v1/listings/{listing}", parts={"listing": listing}, body=body))
        return answer

    def push_listing(self, listing: str) -> Listing:
        """Send a listing's stock again. Whatever the marketplace said before: where a campaign is over, or somebody
        changed the stock there. A total is sent, so that asking twice does no harm.
        """
        answer: Listing = self._send(Call("POST", "/v1/listings/{listing}/push", parts={"listing": listing}))
        return answer

    def read_me(self) -> Me:
        """Who am I. The caller as the gateway knows it."""
        answer: Me = self._send(Call("GET", "/v1/me"))
        return answer

    def read_my_notification_preferences(self) -> NotificationPreferences:
        """What I am told. For people who work here. 404 for an API key, which is told nothing."""
        answer: NotificationPreferences = self._send(Call("GET", "/v1/me/notification-preferences"))
        return answer

    def change_my_notification_preferences(
        self, body: NotificationPreferencesBody | None = None
    ) -> NotificationPreferences:
        """Change what I am told. From the next event on; what waits for a digest is told by it all the same."""
        answer: NotificationPreferences = self._send(Call("PATCH", "/v1/me/notification-preferences", body=body))
        return answer

    def list_message_templates(self) -> MessageTemplateList:
        """Message templates that are paused. At most 200, the longest first. What a paused template would tell goes by
        the other language, or by another channel.
        """
        answer: MessageTemplateList = self._send(Call("GET", "/v1/message-templates"))
        return answer

    def leave_message_template(self, connection: str, template: str, language: str) -> None:
        """Leave it paused. Somebody has looked at it, and nobody is reminded of it any more. 404 for one that is not
        paused.
        """
        self._send(
            Call(
                "POST",
                "/v1/message-templates/{connection}/{template}/{language}/leave",
                parts={"connection": connection, "template": template, "language": language},
            )
        )

    def resume_message_template(self, connection: str, template: str, language: str) -> None:
        """Use it again. For one that was recategorised: from now on it is sent at its new price. 404 for one that is not
        paused.
        """
        self._send(
            Call(
                "POST",
                "/v1/message-templates/{connection}/{template}/{language}/resume",
                parts={"connection": connection, "template": template, "language": language},
            )
        )

    def approve_message_text(self, version: str, body: TextApproveBody | None = None) -> MessageTextVersion:
        """Agree to a text of a message. Not by an API key, nor by who saved it, and only within five minutes of the
        password: 403 `step_up_required`.
        """
        answer: MessageTextVersion = self._send(
            Call("POST", "/v1/message-text-versions/{version}/approve", parts={"version": version}, body=body)
        )
        return answer

    def refuse_message_text(self, version: str, body: TextRefuseBody) -> MessageTextVersion:
        """Refuse a text of a message. What was used before stays in use; `note` says why."""
        answer: MessageTextVersion = self._send(
            Call("POST", "/v1/message-text-versions/{version}/refuse", parts={"version": version}, body=body)
        )
        return answer

    def list_message_texts(self) -> MessageTextList:
        """Texts of messages. Every text that a shop may write: what payers are told by e-mail and SMS, in both
        languages. All of them at once.
        """
        answer: MessageTextList = self._send(Call("GET", "/v1/message-texts"))
        return answer

    def read_message_text(self, template: str, language: str, channel: str) -> MessageTextDetail:
        """One text of a message. With its newest 20 versions, and who saved each."""
        answer: MessageTextDetail = self._send(
            Call(
                "GET",
                "/v1/message-texts/{template}/{language}/{channel}",
                parts={"template": template, "language": language, "channel": channel},
            )
        )
        return answer

    def save_message_text(
        self, template: str, language: str, channel: str, body: MessageTextBody
    ) -> MessageTextVersion:
        """Save a text of a message. Used from now on; one that needs a second person, from when they agree. The newest
        text sent once more makes no version. 422 names what is wrong with each part.
        """
        answer: MessageTextVersion = self._send(
            Call(
                "POST",
                "/v1/message-texts/{template}/{language}/{channel}",
                parts={"template": template, "language": language, "channel": channel},
                body=body,
            )
        )
        return answer

    def use_our_message_text(self, template: str, language: str, channel: str) -> MessageTextVersion:
        """Go back to our text. From now on the message says what it says out of the box. The shop's versions stay."""
        answer: MessageTextVersion = self._send(
            Call(
                "POST",
                "/v1/message-texts/{template}/{language}/{channel}/ours",
                parts={"template": template, "language": language, "channel": channel},
            )
        )
        return answer

    def preview_message_text(
        self, template: str, language: str, channel: str, body: MessageTextBody
    ) -> MessageTextCheck:
        """Try a text of a message. How it reads with example data, or what is wrong with it. Nothing is saved."""
        answer: MessageTextCheck = self._send(
            Call(
                "POST",
                "/v1/message-texts/{template}/{language}/{channel}/preview",
                parts={"template": template, "language": language, "channel": channel},
                body=body,
            )
        )
        return answer

    def list_notifications(
        self,
        *,
        limit: int | None = None,
        status: NotificationStatus | None = None,
        template: NotificationTemplate | None = None,
        payment: str | None = None,
    ) -> Pages[Notification]:
        """Messages to people, newest first. `status` is how far it is: queued, accepted, sent, delivered, read, or
        failed, which says why in `error`. It never goes back; a message that failed may arrive after all.
        """
        return self._pages(
            Call(
                "GET",
                "/v1/notifications",
                query={"limit": limit, "status": status, "template": template, "payment": payment},
            )
        )

    def resend_notification(self, notification: str) -> Notification:
        """Send a message to somebody again. One that failed is tried again. One that was sent, and did not arrive, stays
        as it is: the answer is a new one that says the same. One still on its way, and one to somebody who does not
        want it there any more, is refused with 409.
        """
        answer: Notification = self._send(
            Call("POST", "/v1/notifications/{notification}/resend", parts={"notification": notification})
        )
        return answer

    def list_orders(
        self,
        *,
        limit: int | None = None,
        status: ItemStatus | None = None,
        channel: str | None = None,
        connection: str | None = None,
        shop: str | None = None,
        external_id: str | None = None,
        created_after: str | None = None,
        created_before: str | None = None,
    ) -> Pages[Order]:
        """Orders, newest first. By when they were bought. One marketplace's id may be that of several orders: a basket
        over two shops is an order in each.
        """
        return self._pages(
            Call(
                "GET",
                "/v1/orders",
                query={
                    "limit": limit,
                    "status": status,
                    "channel": channel,
                    "connection": connection,
                    "shop": shop,
                    "external_id": external_id,
                    "created_after": created_after,
                    "created_before": created_before,
                },
            )
        )

    def create_order(self, body: OrderBody, *, idempotency_key: str | None = None) -> Order:
        """Make an order of your own. Its stock is kept with it, all of it or nothing: 409 beside the line where it is
        not there. `pack`, `ship` and `cancel` are as for a marketplace's, and done at once.
        """
        answer: Order = self._send(Call("POST", "/v1/orders", body=body, idempotency_key=idempotency_key or new_key()))
        return answer

    def read_order(self, order: str) -> Order:
        """One order. With its items, its parcels and who buys."""
        answer: Order = self._send(Call("GET", "/v1/orders/{order}", parts={"order": order}))
        return answer

    def cancel_order(self, order: str, body: CancelItemsBody, *, idempotency_key: str | None = None) -> OrderAfter:
        """Cancel items. Ask `cancel-options` first: one packed item takes its parcel along, and some reasons set the SKU
        to 0. Answered as `pack` is; the marketplace may take a moment to carry it out.
        """
        answer: OrderAfter = self._send(
            Call(
                "POST",
                "/v1/orders/{order}/cancel",
                parts={"order": order},
                body=body,
                idempotency_key=idempotency_key or new_key(),
            )
        )
        return answer

    def read_cancel_options(self, order: str, *, items: str | None = None) -> CancelOptions:
        """What cancelling would do. Asked of the marketplace now: its warning, the reasons that hold for these items,
        and which items go with them.
        """
        answer: CancelOptions = self._send(
            Call("GET", "/v1/orders/{order}/cancel-options", parts={"order": order}, query={"items": items})
        )
        return answer

    def list_claims(self, order: str, *, limit: int | None = None) -> Pages[Claim]:
        """What buyers want back. Wishes to cancel, returns, and money back without a return: the last fifty, newest
        first. What `waits` is decided by the marketplace after `decide_by`.
        """
        return self._pages(Call("GET", "/v1/orders/{order}/claims", parts={"order": order}, query={"limit": limit}))

    def read_claim(self, order: str, claim: str) -> Claim:
        """One claim. With its lines, its deadline, and what was answered last."""
        answer: Claim = self._send(
            Call("GET", "/v1/orders/{order}/claims/{claim}", parts={"order": order, "claim": claim})
        )
        return answer

    def accept_claim(
        self, order: str, claim: str, body: AcceptClaimBody | None = None, *, idempotency_key: str | None = None
    ) -> Claim:
        """Agree to a claim. A cancel, a return, or, of what came back, the refund. 202 where the marketplace's answer is
        not here yet: it is looked up, never sent twice; `answer` says what became of each line. 409 where none was
        answered.
        """
        answer: Claim = self._send(
            Call(
                "POST",
                "/v1/orders/{order}/claims/{claim}/accept",
                parts={"order": order, "claim": claim},
                body=body,
                idempotency_key=idempotency_key or new_key(),
            )
        )
        return answer

    def receive_claim(
        self, order: str, claim: str, body: ReceiveClaimBody | None = None, *, idempotency_key: str | None = None
    ) -> Claim:
        """Say that goods are back. Then `accept` gives the money back, `refuse` does not. Only with `restock` they are
        counted to stock. Answered as `accept` is.
        """
        answer: Claim = self._send(
            Call(
                "POST",
                "/v1/orders/{order}/claims/{claim}/receive",
                parts={"order": order, "claim": claim},
                body=body,
                idempotency_key=idempotency_key or new_key(),
            )
        )
        return answer

    def list_refusal_reasons(self, order: str, claim: str, *, limit: int | None = None) -> Pages[RefusalReason]:
        """Why it may be refused. Asked of the marketplace now. None where a refusal needs no reason."""
        return self._pages(
            Call(
                "GET",
                "/v1/orders/{order}/claims/{claim}/refusal-reasons",
                parts={"order": order, "claim": claim},
                query={"limit": limit},
            )
        )

    def refuse_claim(
        self, order: str, claim: str, body: RefuseClaimBody | None = None, *, idempotency_key: str | None = None
    ) -> Claim:
        """Refuse a claim. Ask `refusal-reasons` first. Money alone is not refused but disputed: the marketplace decides.
        Answered as `accept` is.
        """
        answer: Claim = self._send(
            Call(
                "POST",
                "/v1/orders/{order}/claims/{claim}/refuse",
                parts={"order": order, "claim": claim},
                body=body,
                idempotency_key=idempotency_key or new_key(),
            )
        )
        return answer

    def set_order_cod(self, order: str, body: CodBody) -> Order:
        """Say what became of the cash. Of an order of your own that is paid at the door and shipped: collected it is
        delivered and revenue; remitted the money is in your bank; refused it comes back. Said twice it changes
        nothing.
        """
        answer: Order = self._send(Call("POST", "/v1/orders/{order}/cod", parts={"order": order}, body=body))
        return answer

    def deliver_order(
        self, order: str, body: ParcelsBody | None = None, *, idempotency_key: str | None = None
    ) -> OrderAfter:
        """Say that parcels have arrived. Of an order of your own, and of a marketplace's parcels that your own fleet
        brings. Where cash is owed at the door, `cod` says it. Answered as `pack` is.
        """
        answer: OrderAfter = self._send(
            Call(
                "POST",
                "/v1/orders/{order}/delivered",
                parts={"order": order},
                body=body,
                idempotency_key=idempotency_key or new_key(),
            )
        )
        return answer

    def deliver_digital_items(
        self, order: str, body: ItemsBody | None = None, *, idempotency_key: str | None = None
    ) -> OrderAfter:
        """Say that digital items went out. Of a marketplace's items that are nothing to pack: they are `delivered`.
        Answered as `pack` is.
        """
        answer: OrderAfter = self._send(
            Call(
                "POST",
                "/v1/orders/{order}/digital-delivered",
                parts={"order": order},
                body=body,
                idempotency_key=idempotency_key or new_key(),
            )
        )
        return answer

    def read_order_document(
        self, order: str, *, type: Literal["label", "invoice"] | None = None, package: str | None = None
    ) -> bytes:
        """A label or invoice as PDF. The labels of the order's parcels, made by the marketplace once and kept here:
        printing again asks nobody. An `invoice` is made here of an order of your own, and of a marketplace's is what
        that gives, where it gives one.
        """
        answer: bytes = self._send(
            Call(
                "GET", "/v1/orders/{order}/documents", parts={"order": order}, query={"type": type, "package": package}
            )
        )
        return answer

    def fail_order_delivery(
        self, order: str, body: ParcelsBody | None = None, *, idempotency_key: str | None = None
    ) -> OrderAfter:
        """Say that parcels could not be brought. As `delivered`: its items are `failed`, and of your own `returned` once
        they are back. Answered as `pack` is.
        """
        answer: OrderAfter = self._send(
            Call(
                "POST",
                "/v1/orders/{order}/failed-delivery",
                parts={"order": order},
                body=body,
                idempotency_key=idempotency_key or new_key(),
            )
        )
        return answer

    def set_invoice_number(
        self, order: str, body: InvoiceNumberBody, *, idempotency_key: str | None = None
    ) -> OrderAfter:
        """Tell the invoice's number. Of every item that is packed. Answered as `pack` is."""
        answer: OrderAfter = self._send(
            Call(
                "POST",
                "/v1/orders/{order}/invoice-number",
                parts={"order": order},
                body=body,
                idempotency_key=idempotency_key or new_key(),
            )
        )
        return answer

    def list_order_operations(self, order: str, *, limit: int | None = None) -> Pages[Operation]:
        """What was asked of the marketplace. The last twenty, newest first."""
        return self._pages(Call("GET", "/v1/orders/{order}/operations", parts={"order": order}, query={"limit": limit}))

    def pack_order(self, order: str, body: PackBody | None = None, *, idempotency_key: str | None = None) -> OrderAfter:
        """Pack items into a parcel. The marketplace gives the parcel its number and tracking. 202 where its answer is
        not here yet: it is looked up, never sent twice; `operation` says what became of each item. 409 where none was
        packed.
        """
        answer: OrderAfter = self._send(
            Call(
                "POST",
                "/v1/orders/{order}/pack",
                parts={"order": order},
                body=body,
                idempotency_key=idempotency_key or new_key(),
            )
        )
        return answer

    def release_order(self, order: str) -> Order:
        """Have an oversold order packed. An order of which not all is in stock (`hold`) is not packed. Stock that comes
        ends that, and so does cancelling what is missing; this has it packed as it is.
        """
        answer: Order = self._send(Call("POST", "/v1/orders/{order}/release", parts={"order": order}))
        return answer

    def repack_order(
        self, order: str, body: ParcelsBody | None = None, *, idempotency_key: str | None = None
    ) -> OrderAfter:
        """Undo a parcel. Its items are `repacked`, and can be packed anew: so one of them can be cancelled without the
        others. Answered as `pack` is.
        """
        answer: OrderAfter = self._send(
            Call(
                "POST",
                "/v1/orders/{order}/repack",
                parts={"order": order},
                body=body,
                idempotency_key=idempotency_key or new_key(),
            )
        )
        return answer

    def return_order(
        self, order: str, body: ItemsBody | None = None, *, idempotency_key: str | None = None
    ) -> OrderAfter:
        """Say that items are back. Of an order of your own, after it was delivered or could not be. Stock that can be
        sold again is counted in by hand, money given back by a refund of the payment.
        """
        answer: OrderAfter = self._send(
            Call(
                "POST",
                "/v1/orders/{order}/returned",
                parts={"order": order},
                body=body,
                idempotency_key=idempotency_key or new_key(),
            )
        )
        return answer

    def ship_order(self, order: str, body: ShipBody | None = None, *, idempotency_key: str | None = None) -> OrderAfter:
        """Say that parcels are ready for the carrier. From then on the carrier may fetch them. Answered as `pack` is."""
        answer: OrderAfter = self._send(
            Call(
                "POST",
                "/v1/orders/{order}/ship",
                parts={"order": order},
                body=body,
                idempotency_key=idempotency_key or new_key(),
            )
        )
        return answer

    def read_order_timeline(self, order: str, *, limit: int | None = None) -> Pages[OrderMoment]:
        """What happened to an order. Oldest first: what was heard of it, what was done. Without `limit` the first 500."""
        return self._pages(Call("GET", "/v1/orders/{order}/timeline", parts={"order": order}, query={"limit": limit}))

    def list_payment_methods(
        self,
        *,
        amount: int | str,
        currency: Literal[
            "AUD",
            "CNY",
            "ETH",
            "EUR",
            "GBP",
            "HKD",
            "IDR",
            "JPY",
            "KRW",
            "MYR",
            "PHP",
            "POL",
            "SGD",
            "THB",
            "USD",
            "USDC",
            "USDT",
            "VND",
        ],
        limit: int | None = None,
    ) -> Pages[Offer]:
        """How an amount can be paid. Every method that an enabled connection offers, with the reason where this amount
        does not fit.
        """
        return self._pages(
            Call("GET", "/v1/payment-methods", query={"limit": limit, "amount": amount, "currency": currency})
        )

    def list_payments(
        self,
        *,
        limit: int | None = None,
        status: PaymentStatus | None = None,
        method: PaymentMethod | None = None,
        connection: str | None = None,
        order_reference: str | None = None,
        customer: str | None = None,
        created_after: str | None = None,
        created_before: str | None = None,
    ) -> Pages[Payment]:
        """Payments, newest first. Customers see their own, staff and API keys all. A page may be shorter than asked for;
        the list ends where `next_cursor` is null.
        """
        return self._pages(
            Call(
                "GET",
                "/v1/payments",
                query={
                    "limit": limit,
                    "status": status,
                    "method": method,
                    "connection": connection,
                    "order_reference": order_reference,
                    "customer": customer,
                    "created_after": created_after,
                    "created_before": created_before,
                },
            )
        )

    def create_payment(self, body: PaymentBody, *, idempotency_key: str | None = None) -> Payment:
        """Make a payment. With `method` the first attempt is made at once; without it the payer chooses on the page
        behind `checkout_url`.
        """
        answer: Payment = self._send(
            Call("POST", "/v1/payments", body=body, idempotency_key=idempotency_key or new_key())
        )
        return answer

    def read_payment(self, payment: str) -> Payment:
        """One payment. A payment as it is now."""
        answer: Payment = self._send(Call("GET", "/v1/payments/{payment}", parts={"payment": payment}))
        return answer

    def list_attempts(self, payment: str, *, limit: int | None = None) -> Pages[Attempt]:
        """The attempts of a payment. Oldest first; there are never many."""
        return self._pages(
            Call("GET", "/v1/payments/{payment}/attempts", parts={"payment": payment}, query={"limit": limit})
        )

    def create_attempt(self, payment: str, body: AttemptBody, *, idempotency_key: str | None = None) -> Payment:
        """Try another way to pay. The earlier attempt is closed where the provider can."""
        answer: Payment = self._send(
            Call(
                "POST",
                "/v1/payments/{payment}/attempts",
                parts={"payment": payment},
                body=body,
                idempotency_key=idempotency_key or new_key(),
            )
        )
        return answer

    def cancel_payment(self, payment: str) -> Payment:
        """Cancel an unpaid payment. Open attempts are closed at the provider first; money that turns out to be in wins."""
        answer: Payment = self._send(Call("POST", "/v1/payments/{payment}/cancel", parts={"payment": payment}))
        return answer

    def list_transfers(self, payment: str, *, limit: int | None = None) -> Pages[Transfer]:
        """What our own node saw. Every transfer to the payment's addresses, in order, with what it means."""
        return self._pages(
            Call("GET", "/v1/payments/{payment}/chain", parts={"payment": payment}, query={"limit": limit})
        )

    def register_device(self, payment: str, body: DeviceBody) -> Device:
        """Tell an app by push. The newest of a payment's devices is told. The same token again is the same device; the
        oldest of more than five is forgotten.
        """
        answer: Device = self._send(
            Call("POST", "/v1/payments/{payment}/devices", parts={"payment": payment}, body=body)
        )
        return answer

    def remove_device(self, payment: str, device: str) -> None:
        """Tell an app no more. The same for one that is not told. A push that is on its way may still arrive."""
        self._send(
            Call("DELETE", "/v1/payments/{payment}/devices/{device}", parts={"payment": payment, "device": device})
        )

    def refresh_payment(self, payment: str) -> Payment:
        """Ask the provider now. The payment with what the provider said."""
        answer: Payment = self._send(Call("POST", "/v1/payments/{payment}/refresh", parts={"payment": payment}))
        return answer

    def create_refund(self, payment: str, body: RefundBody, *, idempotency_key: str | None = None) -> Refund:
        """Give money back. All that is left, a surplus too, or `amount` of it; several refunds where it came over
        several attempts, told as `related_refunds`. Where the method cannot give back, the payer names a bank account
        (of crypto, an address) and an operator transfers.
        """
        answer: Refund = self._send(
            Call(
                "POST",
                "/v1/payments/{payment}/refunds",
                parts={"payment": payment},
                body=body,
                idempotency_key=idempotency_key or new_key(),
            )
        )
        return answer

    def resolve_payment(self, payment: str, body: ResolveBody) -> Payment:
        """End a hold. A person decides what a held payment is: take the money, give it back, or let go."""
        answer: Payment = self._send(
            Call("POST", "/v1/payments/{payment}/resolve", parts={"payment": payment}, body=body)
        )
        return answer

    def send_payment_link(self, payment: str, *, idempotency_key: str | None = None) -> Payment:
        """Send the payment link to its payer. By e-mail, else by WhatsApp or SMS to a phone whose owner agreed, in the
        customer's language; `GET /v1/notifications?payment=` tells how it went. 409 when nobody can pay by it, or no
        channel reaches the payer (`payer_unreachable`).
        """
        answer: Payment = self._send(
            Call(
                "POST",
                "/v1/payments/{payment}/send-link",
                parts={"payment": payment},
                idempotency_key=idempotency_key or new_key(),
            )
        )
        return answer

    def read_timeline(self, payment: str, *, limit: int | None = None) -> Pages[TimelineEntry]:
        """What happened to a payment. Oldest first: what came in, what went out, what was decided. Without `limit` the
        first 500.
        """
        return self._pages(
            Call("GET", "/v1/payments/{payment}/timeline", parts={"payment": payment}, query={"limit": limit})
        )

    def list_payouts(
        self,
        *,
        limit: int | None = None,
        paid: bool | None = None,
        connection: str | None = None,
        created_after: str | None = None,
        created_before: str | None = None,
    ) -> Pages[Payout]:
        """Payouts of marketplaces, newest first. Each with the sums of the lines that explain it, and what is left with
        its name. A page may be short and go on where `paid` is asked for.
        """
        return self._pages(
            Call(
                "GET",
                "/v1/payouts",
                query={
                    "limit": limit,
                    "paid": paid,
                    "connection": connection,
                    "created_after": created_after,
                    "created_before": created_before,
                },
            )
        )

    def read_payout(self, payout: str) -> Payout:
        """One payout. What explains it by kind; its lines are at `/v1/settlements?payout=`."""
        answer: Payout = self._send(Call("GET", "/v1/payouts/{payout}", parts={"payout": payout}))
        return answer

    def export_payout(self, payout: str, *, after: str | None = None) -> bytes:
        """The lines of a payout as CSV. For a spreadsheet: amounts are decimals. At most 10,000 lines; `Link` leads to
        those that follow.
        """
        answer: bytes = self._send(
            Call("GET", "/v1/payouts/{payout}/csv", parts={"payout": payout}, query={"after": after})
        )
        return answer

    def list_products(self, *, limit: int | None = None, sku: str | None = None) -> Pages[Product]:
        """Products, newest first. With their stock, warehouse by warehouse."""
        return self._pages(Call("GET", "/v1/products", query={"limit": limit, "sku": sku}))

    def create_product(self, body: NewProductBody, *, idempotency_key: str | None = None) -> Product:
        """Make a product. With `components` it is a bundle: its stock is counted by theirs. 409 where another product
        has the SKU.
        """
        answer: Product = self._send(
            Call("POST", "/v1/products", body=body, idempotency_key=idempotency_key or new_key())
        )
        return answer

    def read_product(self, sku: str) -> Product:
        """One product. With its stock, warehouse by warehouse."""
        answer: Product = self._send(Call("GET", "/v1/products/{sku}", parts={"sku": sku}))
        return answer

    def change_product(self, sku: str, body: ProductChangeBody | None = None) -> Product:
        """Change a product. Its name, or what a bundle consists of. The SKU stays: orders were made by it."""
        answer: Product = self._send(Call("PATCH", "/v1/products/{sku}", parts={"sku": sku}, body=body))
        return answer

    def list_movements(self, sku: str, *, limit: int | None = None) -> Pages[Movement]:
        """What moved of a product's stock. Newest first: counts, reservations, what was given up, and what left."""
        return self._pages(Call("GET", "/v1/products/{sku}/movements", parts={"sku": sku}, query={"limit": limit}))

    def set_price(self, sku: str, body: PriceBody) -> Product:
        """Set the price of a product. What it costs from now on; orders that were made keep theirs."""
        answer: Product = self._send(Call("PUT", "/v1/products/{sku}/price", parts={"sku": sku}, body=body))
        return answer

    def set_stock(self, sku: str, body: StockBody) -> Product:
        """Set the stock of a product. What was counted in the warehouse, with what is reserved for orders: the same
        count again changes nothing. Every shop is told what is left for it.
        """
        answer: Product = self._send(Call("PUT", "/v1/products/{sku}/stock", parts={"sku": sku}, body=body))
        return answer

    def list_refunds(
        self,
        *,
        limit: int | None = None,
        status: RefundStatus | None = None,
        payment: str | None = None,
        created_after: str | None = None,
        created_before: str | None = None,
    ) -> Pages[Refund]:
        """Refunds, newest first. Of every payment, or of one; where they go is shown to those who may transfer."""
        return self._pages(
            Call(
                "GET",
                "/v1/refunds",
                query={
                    "limit": limit,
                    "status": status,
                    "payment": payment,
                    "created_after": created_after,
                    "created_before": created_before,
                },
            )
        )

    def read_refund(self, refund: str) -> Refund:
        """One refund. A refund as it is now; the bank account or address is shown to those who may transfer."""
        answer: Refund = self._send(Call("GET", "/v1/refunds/{refund}", parts={"refund": refund}))
        return answer

    def set_refund_destination(self, refund: str, body: NameDestinationBody | None = None) -> Refund:
        """Say where a transfer goes. For who may pay out, when the payer told them. Payer and operators are told; what
        was named stays on record. 409 when it was changed meanwhile.
        """
        answer: Refund = self._send(
            Call("PUT", "/v1/refunds/{refund}/destination", parts={"refund": refund}, body=body)
        )
        return answer

    def create_refund_link(self, refund: str) -> Link:
        """Make a refund's link. For a payer whom no mail reaches. What is named by it carries the name of whoever made
        it. Takes no Idempotency-Key: it moves nothing, and leads to the same refund whenever it is made.
        """
        answer: Link = self._send(Call("POST", "/v1/refunds/{refund}/link", parts={"refund": refund}))
        return answer

    def resolve_refund(self, refund: str, body: ResolveRefundBody) -> Refund:
        """Say what became of a refund in doubt. Of one that is `unknown` with a `failure`: the provider never confirmed
        it, and a person has looked there. `returned` books it, `failed` frees the money.
        """
        answer: Refund = self._send(Call("POST", "/v1/refunds/{refund}/resolve", parts={"refund": refund}, body=body))
        return answer

    def send_refund_link(self, refund: str) -> Refund:
        """Send a refund's link to its payer. To the e-mail address that the payment knows, else by SMS to its phone
        where its owner agreed, and nowhere else. 409 where neither is so (`payer_unreachable`), or within five
        minutes of the last.
        """
        answer: Refund = self._send(Call("POST", "/v1/refunds/{refund}/send-link", parts={"refund": refund}))
        return answer

    def settle_refund(self, refund: str, body: SettleBody) -> Refund:
        """Record a transfer. An operator has transferred the money; `reference` is the bank's, or the hash of the
        transaction. Not by whoever asked for the refund, where somebody else may; 409 when the destination was
        changed meanwhile.
        """
        answer: Refund = self._send(Call("POST", "/v1/refunds/{refund}/settle", parts={"refund": refund}, body=body))
        return answer

    def list_secrets(self, *, limit: int | None = None) -> Pages[Secret]:
        """Secrets by name. Never a value."""
        return self._pages(Call("GET", "/v1/secrets", query={"limit": limit}))

    def put_secret(self, name: str, body: SecretBody) -> Written:
        """Write a secret. The name's first part is its family, as in service/nicepay-uji/merchant_key."""
        answer: Written = self._send(Call("PUT", "/v1/secrets/{name}", parts={"name": name}, body=body))
        return answer

    def rotate_secret(self, name: str, body: RotationBody | None = None) -> Written:
        """Rotate a secret (…/rotate) A new version beside the old one, which stays valid for the overlap."""
        answer: Written = self._send(Call("POST", "/v1/secrets/{name}", parts={"name": name}, body=body))
        return answer

    def list_settlements(
        self,
        *,
        limit: int | None = None,
        payout: str | None = None,
        order: str | None = None,
        connection: str | None = None,
        kind: FeeKind | None = None,
        status: LineStatus | None = None,
    ) -> Pages[SettlementLine]:
        """Lines of statements, newest first. Of a payout, of an order, or those that are held. A page may be short and
        go on where more than one filter is given.
        """
        return self._pages(
            Call(
                "GET",
                "/v1/settlements",
                query={
                    "limit": limit,
                    "payout": payout,
                    "order": order,
                    "connection": connection,
                    "kind": kind,
                    "status": status,
                },
            )
        )

    def read_order_settlement(self, shop: str, number: str) -> OrderSettlement:
        """How far an order is settled. By the marketplace's number of the order in its shop: whether its lines add up to
        what was paid, and are paid out; at most 500 lines are shown.
        """
        answer: OrderSettlement = self._send(
            Call("GET", "/v1/settlements/orders/{shop}/{number}", parts={"shop": shop, "number": number})
        )
        return answer

    def read_settlement(self, line: str) -> SettlementLine:
        """One line of a statement. As it is now."""
        answer: SettlementLine = self._send(Call("GET", "/v1/settlements/{line}", parts={"line": line}))
        return answer

    def decide_settlement(self, line: str, body: DecideLineBody) -> SettlementLine:
        """Decide about a line that is held. Compare it in the marketplace's seller centre first: what is booked stands.
        409 for a line that is not held.
        """
        answer: SettlementLine = self._send(
            Call("POST", "/v1/settlements/{line}/decide", parts={"line": line}, body=body)
        )
        return answer

    def check_shop(self, connection: str) -> StockRules:
        """Ask a marketplace for its stock. Its whole list is read now, as it is every quarter of an hour: `looked_at`
        says when it was, and `GET /v1/listings?status=different` what it has otherwise.
        """
        answer: StockRules = self._send(Call("POST", "/v1/shops/{connection}/check", parts={"connection": connection}))
        return answer

    def begin_import(
        self, connection: str, body: ImportBody | None = None, *, idempotency_key: str | None = None
    ) -> Import:
        """Import a shop's list. Read on in the background: `GET /v1/imports/{import}` tells how far it is. What has a
        SKU of yours is mapped to it. One that is under way is the answer.
        """
        answer: Import = self._send(
            Call(
                "POST",
                "/v1/shops/{connection}/imports",
                parts={"connection": connection},
                body=body,
                idempotency_key=idempotency_key or new_key(),
            )
        )
        return answer

    def map_by_csv(self, connection: str, body: MappingFileBody) -> MappingReport:
        """Map listings by a CSV. All of it or nothing: `faults` name each line that is wrong. With `dry_run` it is only
        tried.
        """
        answer: MappingReport = self._send(
            Call("POST", "/v1/shops/{connection}/listings/csv", parts={"connection": connection}, body=body)
        )
        return answer

    def read_stock_rules(self, connection: str) -> StockRules:
        """What a shop is offered. How much of the pool is kept back from it, and which warehouses are which."""
        answer: StockRules = self._send(
            Call("GET", "/v1/shops/{connection}/stock-rules", parts={"connection": connection})
        )
        return answer

    def set_stock_rules(self, connection: str, body: StockRulesBody) -> StockRules:
        """Say what a shop is offered. All of its listings are sent anew where it changes."""
        answer: StockRules = self._send(
            Call("PUT", "/v1/shops/{connection}/stock-rules", parts={"connection": connection}, body=body)
        )
        return answer

    def read_team_notification_preferences(self) -> NotificationPreferences:
        """What the team is told. By the operators' address (`GERBANG_OPERATOR_EMAIL`) and by chat."""
        answer: NotificationPreferences = self._send(Call("GET", "/v1/team/notification-preferences"))
        return answer

    def change_team_notification_preferences(
        self, body: NotificationPreferencesBody | None = None
    ) -> NotificationPreferences:
        """Change what the team is told. From the next event on; what waits for a digest is told by it all the same."""
        answer: NotificationPreferences = self._send(Call("PATCH", "/v1/team/notification-preferences", body=body))
        return answer

    def list_users(self, *, limit: int | None = None) -> Pages[User]:
        """Users, newest first. Customers and staff."""
        return self._pages(Call("GET", "/v1/users", query={"limit": limit}))

    def create_user(self, body: NewUserBody) -> User:
        """Add a user. Of any role; the person changes the password at /v1/auth/password. Takes no Idempotency-Key: sent
        twice, the second is refused, since the address is taken.
        """
        answer: User = self._send(Call("POST", "/v1/users", body=body))
        return answer

    def read_user(self, user: str) -> User:
        """One user. By id."""
        answer: User = self._send(Call("GET", "/v1/users/{user}", parts={"user": user}))
        return answer

    def change_user(self, user: str, body: UserChangeBody | None = None) -> User:
        """Give another role, disable or enable. Tokens with the old role are refused within five seconds; the last admin
        stays.
        """
        answer: User = self._send(Call("PATCH", "/v1/users/{user}", parts={"user": user}, body=body))
        return answer

    def list_waves(self, *, limit: int | None = None) -> Pages[Wave]:
        """Waves, newest first. How far each is."""
        return self._pages(Call("GET", "/v1/waves", query={"limit": limit}))

    def create_wave(self, body: NewWaveBody | None = None, *, idempotency_key: str | None = None) -> Wave:
        """Pack many orders. Up to 500 orders, the nearest deadline first: they are packed in batches of twenty, then
        their labels are fetched; what cannot be packed falls out and is told by `GET /v1/waves/{id}`. An order is in
        one wave at a time. 409 where nothing waits.
        """
        answer: Wave = self._send(Call("POST", "/v1/waves", body=body, idempotency_key=idempotency_key or new_key()))
        return answer

    def read_wave(self, wave: str) -> WholeWave:
        """One wave. With every order that fell out, and why."""
        answer: WholeWave = self._send(Call("GET", "/v1/waves/{wave}", parts={"wave": wave}))
        return answer

    def read_wave_labels(self, wave: str) -> bytes:
        """The labels of a wave as PDF. One document with the labels that are there, in the order of the wave, each on a
        page of its own. Printing again packs nothing and asks nobody.
        """
        answer: bytes = self._send(Call("GET", "/v1/waves/{wave}/labels", parts={"wave": wave}))
        return answer

    def read_pick_list(self, wave: str, *, limit: int | None = None) -> Pages[PickLine]:
        """What to fetch for a wave. By warehouse and SKU. What fell out of the wave or is cancelled is not in it."""
        return self._pages(Call("GET", "/v1/waves/{wave}/pick-list", parts={"wave": wave}, query={"limit": limit}))

    def export_pick_list(self, wave: str) -> bytes:
        """A pick list as CSV. The whole pick list for a spreadsheet."""
        answer: bytes = self._send(Call("GET", "/v1/waves/{wave}/pick-list/csv", parts={"wave": wave}))
        return answer

    def ship_wave(self, wave: str, *, idempotency_key: str | None = None) -> Wave:
        """Ship a wave. All its parcels are ready for their carriers: said in batches of twenty, each order once. What
        cannot leave is told by `GET /v1/waves/{id}` and stays packed; ask again with a new key to try it once more.
        409 before the wave is `done`, or where nothing is left to ship.
        """
        answer: Wave = self._send(
            Call("POST", "/v1/waves/{wave}/ship", parts={"wave": wave}, idempotency_key=idempotency_key or new_key())
        )
        return answer

    def list_webhook_events(
        self,
        *,
        limit: int | None = None,
        source: str | None = None,
        type: str | None = None,
        status: WebhookEventStatus | None = None,
        verified: bool | None = None,
        received_after: str | None = None,
    ) -> Pages[WebhookEvent]:
        """Webhook events, newest first. Only verified messages become events; `verified=false` is an empty list, and
        /v1/webhook-rejections holds the others.
        """
        return self._pages(
            Call(
                "GET",
                "/v1/webhook-events",
                query={
                    "limit": limit,
                    "source": source,
                    "type": type,
                    "status": status,
                    "verified": verified,
                    "received_after": received_after,
                },
            )
        )

    def read_webhook_event(self, event: str) -> WholeWebhookEvent:
        """One webhook event. With headers and raw body."""
        answer: WholeWebhookEvent = self._send(Call("GET", "/v1/webhook-events/{event}", parts={"event": event}))
        return answer

    def replay_webhook_event(self, event: str, body: ReplayBody | None = None) -> Replay:
        """Run an event again. Harmless: facts carry totals, so what was applied before changes nothing."""
        answer: Replay = self._send(
            Call("POST", "/v1/webhook-events/{event}/replay", parts={"event": event}, body=body)
        )
        return answer

    def list_webhook_rejections(self, *, limit: int | None = None) -> WebhookRejectionList:
        """Refused webhook messages. Newest first; a sample of at most sixty a minute is kept."""
        answer: WebhookRejectionList = self._send(Call("GET", "/v1/webhook-rejections", query={"limit": limit}))
        return answer


class AsyncOperations:
    """What a client can ask for. How it is sent stands in `client.py`."""

    async def _send(self, call: Call) -> Any:
        raise NotImplementedError

    def _pages(self, call: Call) -> AsyncPages[Any]:
        raise NotImplementedError

    def list_api_keys(self, *, limit: int | None = None) -> AsyncPages[ApiKey]:
        """API keys, newest first. Their first characters and last use; never the key."""
        return self._pages(Call("GET", "/v1/api-keys", query={"limit": limit}))

    async def create_api_key(self, body: ApiKeyBody) -> NewApiKey:
        """Make an API key. The key is shown in this answer only. Takes no Idempotency-Key, since no repetition could
        show it again: sent twice, two keys are made. After a lost answer, revoke the newest key of this name at
        DELETE /v1/api-keys/{key}, and make another.
        """
        answer: NewApiKey = await self._send(Call("POST", "/v1/api-keys", body=body))
        return answer

    async def revoke_api_key(self, key: str) -> ApiKey:
        """Revoke an API key. Every process refuses it within five seconds."""
        answer: ApiKey = await self._send(Call("DELETE", "/v1/api-keys/{key}", parts={"key": key}))
        return answer

    def list_approvals(
        self,
        *,
        limit: int | None = None,
        status: Literal["pending", "approved", "refused", "expired", "None"] | None = None,
    ) -> AsyncPages[Approval]:
        """Approvals, newest first. What waits for a second person, and what was decided."""
        return self._pages(Call("GET", "/v1/approvals", query={"limit": limit, "status": status}))

    async def read_approval(self, approval: str) -> Approval:
        """One approval. An approval as it is now, with the fingerprint of exactly what would be approved."""
        answer: Approval = await self._send(Call("GET", "/v1/approvals/{approval}", parts={"approval": approval}))
        return answer

    async def approve_approval(self, approval: str, body: ApproveBody | None = None) -> Approval:
        """Agree as the second person. Not by an API key, nor by who asked or said where the money goes, and only within
        five minutes of the password: 403 `step_up_required`. 409 when it was decided, or what would be approved is
        not what was seen.
        """
        answer: Approval = await self._send(
            Call("POST", "/v1/approvals/{approval}/approve", parts={"approval": approval}, body=body)
        )
        return answer

    async def refuse_approval(self, approval: str, body: RefuseBody) -> Approval:
        """Refuse as the second person. The refund fails, and what was reserved for it is free again; `note` says why,
        and is kept for ever.
        """
        answer: Approval = await self._send(
            Call("POST", "/v1/approvals/{approval}/refuse", parts={"approval": approval}, body=body)
        )
        return answer

    def list_audit(
        self, *, limit: int | None = None, action: str | None = None, object: str | None = None
    ) -> AsyncPages[AuditEntry]:
        """The audit trail, newest first. Filters: `action` (`payment.created`), `object` (`pay_…`)."""
        return self._pages(Call("GET", "/v1/audit", query={"limit": limit, "action": action, "object": object}))

    async def login(self, body: LoginBody) -> Token:
        """Sign in. The same answer for a wrong password and an unknown address."""
        answer: Token = await self._send(Call("POST", "/v1/auth/login", body=body))
        return answer

    async def logout(self, body: LogoutBody | None = None) -> None:
        """Sign out. Ends the session of the access token, or of the `refresh_token` in the body; every process hears of
        it within 5 s.
        """
        await self._send(Call("POST", "/v1/auth/logout", body=body))

    async def claim_ownership(self, body: OwnerBody) -> User:
        """Become the owner of a new installation. With the token of the one-time link, within 30 minutes of its
        printing. Takes no Idempotency-Key: the token is good once.
        """
        answer: User = await self._send(Call("POST", "/v1/auth/owner", body=body))
        return answer

    async def change_password(self, body: PasswordBody) -> None:
        """Change one's password. Ends every session of the user, this one too."""
        await self._send(Call("POST", "/v1/auth/password", body=body))

    async def refresh_session(self, body: RefreshBody) -> Token:
        """Turn a refresh token over. The old refresh token is used up; using it again ends the session. A lost answer
        may be asked for again within 10 s.
        """
        answer: Token = await self._send(Call("POST", "/v1/auth/refresh", body=body))
        return answer

    async def register_customer(self, body: RegisterBody) -> User:
        """Register as a customer. The password needs 15 characters and no other kind of rule; common ones are refused.
        Takes no Idempotency-Key: sent twice, the second is refused, since the address is taken.
        """
        answer: User = await self._send(Call("POST", "/v1/auth/register", body=body))
        return answer

    async def step_up(self, body: StepUpBody) -> None:
        """Give one's password once more. For what moves money: the session counts as proven for five minutes, as it does
        after signing in. 403 for another password.
        """
        await self._send(Call("POST", "/v1/auth/step-up", body=body))

    def list_connections(self, *, limit: int | None = None) -> AsyncPages[Connection]:
        """Connections. Oldest first."""
        return self._pages(Call("GET", "/v1/connections", query={"limit": limit}))

    async def create_connection(self, body: NewConnectionBody) -> Connection:
        """Add a connection. Put its secrets under /v1/secrets first. Takes no Idempotency-Key: sent twice, the second is
        refused, since the id is taken.
        """
        answer: Connection = await self._send(Call("POST", "/v1/connections", body=body))
        return answer

    async def read_connection(self, connection: str) -> Connection:
        """One connection. Settings and names of secrets."""
        answer: Connection = await self._send(
            Call("GET", "/v1/connections/{connection}", parts={"connection": connection})
        )
        return answer

    async def delete_connection(self, connection: str) -> None:
        """Delete a connection. One that is disabled and by which nothing was ever tried, and below which no shop stands;
        its secrets stay.
        """
        await self._send(Call("DELETE", "/v1/connections/{connection}", parts={"connection": connection}))

    async def change_connection(self, connection: str, body: ConnectionChangeBody | None = None) -> Connection:
        """Change a connection. Every process uses the change within five seconds."""
        answer: Connection = await self._send(
            Call("PATCH", "/v1/connections/{connection}", parts={"connection": connection}, body=body)
        )
        return answer

    async def probe_connection(self, connection: str) -> Probe:
        """Ask the provider whether it takes a connection. Moves nothing there. Which message templates it lets us use is
        kept as it says. Takes ten seconds at most. When it was asked, and what came of it, stays in the audit trail.
        """
        answer: Probe = await self._send(
            Call("POST", "/v1/connections/{connection}/probe", parts={"connection": connection})
        )
        return answer

    def list_customers(
        self,
        *,
        limit: int | None = None,
        external_id: str | None = None,
        email: str | None = None,
        phone: str | None = None,
        created_after: str | None = None,
        created_before: str | None = None,
    ) -> AsyncPages[Customer]:
        """Customers, newest first. Without those who were erased."""
        return self._pages(
            Call(
                "GET",
                "/v1/customers",
                query={
                    "limit": limit,
                    "external_id": external_id,
                    "email": email,
                    "phone": phone,
                    "created_after": created_after,
                    "created_before": created_before,
                },
            )
        )

    async def create_customer(
        self, body: NewCustomerBody | None = None, *, idempotency_key: str | None = None
    ) -> Customer:
        """Make a customer. A payment may name them by `customer.id` or `customer.external_id`. 409 where another
        customer has the `external_id`: the answer says who.
        """
        answer: Customer = await self._send(
            Call("POST", "/v1/customers", body=body, idempotency_key=idempotency_key or new_key())
        )
        return answer

    async def read_customer(self, customer: str) -> Customer:
        """One customer. `GET /v1/payments?customer=` lists their payments."""
        answer: Customer = await self._send(Call("GET", "/v1/customers/{customer}", parts={"customer": customer}))
        return answer

    async def change_customer(self, customer: str, body: CustomerChangeBody | None = None) -> Customer:
        """Change a customer. Who pays a payment that was made before stays as it was then. Preferences count for every
        message from now on.
        """
        answer: Customer = await self._send(
            Call("PATCH", "/v1/customers/{customer}", parts={"customer": customer}, body=body)
        )
        return answer

    async def create_data_request(
        self, customer: str, body: NewDataRequestBody, *, idempotency_key: str | None = None
    ) -> DataRequest:
        """Note what a customer asks. Of their data: it is due in `GERBANG_DATA_REQUEST_DUE_DAYS` days, and stands in the
        work list until then.
        """
        answer: DataRequest = await self._send(
            Call(
                "POST",
                "/v1/customers/{customer}/data-requests",
                parts={"customer": customer},
                body=body,
                idempotency_key=idempotency_key or new_key(),
            )
        )
        return answer

    async def erase_customer(self, customer: str) -> Erasure:
        """Erase a customer. Cannot be undone. Of whoever has the customer's id, e-mail address or phone number, in every
        part of Gerbang; payments, refunds and the ledger stay, and name nobody.
        """
        answer: Erasure = await self._send(Call("POST", "/v1/customers/{customer}/erase", parts={"customer": customer}))
        return answer

    async def export_customer(self, customer: str) -> Export:
        """Everything kept about a customer. Of whoever has the customer's id, e-mail address or phone number: every part
        of Gerbang that keeps something shows it. That it was asked for stands in the audit trail.
        """
        answer: Export = await self._send(Call("GET", "/v1/customers/{customer}/export", parts={"customer": customer}))
        return answer

    def list_data_requests(
        self,
        *,
        limit: int | None = None,
        status: DataRequestStatus | None = None,
        kind: DataRequestKind | None = None,
        customer: str | None = None,
    ) -> AsyncPages[DataRequest]:
        """What customers ask of their data, newest first. `status=open` are those that wait."""
        return self._pages(
            Call(
                "GET", "/v1/data-requests", query={"limit": limit, "status": status, "kind": kind, "customer": customer}
            )
        )

    async def read_data_request(self, data_request: str) -> DataRequest:
        """One data request. With what became of it."""
        answer: DataRequest = await self._send(
            Call("GET", "/v1/data-requests/{data_request}", parts={"data_request": data_request})
        )
        return answer

    async def complete_data_request(self, data_request: str, body: CompleteBody | None = None) -> DataRequest:
        """Do what was asked. An `objection` stops all messages, an `erasure` erases the person; for `access` send the
        export first, for a `rectification` change the customer first.
        """
        answer: DataRequest = await self._send(
            Call("POST", "/v1/data-requests/{data_request}/complete", parts={"data_request": data_request}, body=body)
        )
        return answer

    async def refuse_data_request(self, data_request: str, body: RefuseDataRequestBody) -> DataRequest:
        """Refuse what was asked. With the reason that the person is told."""
        answer: DataRequest = await self._send(
            Call("POST", "/v1/data-requests/{data_request}/refuse", parts={"data_request": data_request}, body=body)
        )
        return answer

    def list_object_deliveries(self, *, object: str, limit: int | None = None) -> AsyncPages[Delivery]:
        """Deliveries about one object, newest first. To every endpoint, with their attempts, without what was sent and
        answered. `object` is its id: of a payment, a refund, a connection.
        """
        return self._pages(Call("GET", "/v1/deliveries", query={"object": object, "limit": limit}))

    async def read_delivery(self, delivery: str) -> Delivery:
        """One delivery with what was sent and answered. Signatures are no secrets, and shown."""
        answer: Delivery = await self._send(Call("GET", "/v1/deliveries/{delivery}", parts={"delivery": delivery}))
        return answer

    async def cancel_delivery(self, delivery: str) -> Delivery:
        """Try a delivery no more. One that arrived or was given up stays as it is. A try that is under way may still
        arrive.
        """
        answer: Delivery = await self._send(
            Call("POST", "/v1/deliveries/{delivery}/cancel", parts={"delivery": delivery})
        )
        return answer

    async def resend_delivery(self, delivery: str) -> Delivery:
        """Send an event again. Now, and from the beginning of its schedule, under the same event id."""
        answer: Delivery = await self._send(
            Call("POST", "/v1/deliveries/{delivery}/resend", parts={"delivery": delivery})
        )
        return answer

    def list_endpoints(self, *, limit: int | None = None) -> AsyncPages[Endpoint]:
        """Endpoints, newest first. Never their secrets."""
        return self._pages(Call("GET", "/v1/endpoints", query={"limit": limit}))

    async def create_endpoint(self, body: NewEndpointBody, *, idempotency_key: str | None = None) -> Endpoint:
        """Add an endpoint. Its secret is told with this answer only, and with the same answer to the same Idempotency-
        Key.
        """
        answer: Endpoint = await self._send(
            Call("POST", "/v1/endpoints", body=body, idempotency_key=idempotency_key or new_key())
        )
        return answer

    async def read_endpoint(self, endpoint: str) -> Endpoint:
        """One endpoint. Never its secret."""
        answer: Endpoint = await self._send(Call("GET", "/v1/endpoints/{endpoint}", parts={"endpoint": endpoint}))
        return answer

    async def delete_endpoint(self, endpoint: str) -> None:
        """Delete an endpoint. What is on its way to it is cancelled."""
        await self._send(Call("DELETE", "/v1/endpoints/{endpoint}", parts={"endpoint": endpoint}))

    async def change_endpoint(self, endpoint: str, body: EndpointChangeBody | None = None) -> Endpoint:
        """Change an endpoint. A key that another `signing` needs is told with this answer only. Switched on again, an
        endpoint begins anew.
        """
        answer: Endpoint = await self._send(
            Call("PATCH", "/v1/endpoints/{endpoint}", parts={"endpoint": endpoint}, body=body)
        )
        return answer

    def list_deliveries(
        self, endpoint: str, *, limit: int | None = None, status: DeliveryStatus | None = None
    ) -> AsyncPages[Delivery]:
        """Deliveries of an endpoint, newest first. With their attempts, without what was sent and answered."""
        return self._pages(
            Call(
                "GET",
                "/v1/endpoints/{endpoint}/deliveries",
                parts={"endpoint": endpoint},
                query={"limit": limit, "status": status},
            )
        )

    async def resend_deliveries(self, endpoint: str, body: ResendBody) -> Resent:
        """Send a range of events again. Under the same event ids: a receiver that remembers them does nothing twice.
        From 24 hours after the endpoint was made.
        """
        answer: Resent = await self._send(
            Call("POST", "/v1/endpoints/{endpoint}/resend", parts={"endpoint": endpoint}, body=body)
        )
        return answer

    async def rotate_endpoint_secret(self, endpoint: str, body: RotateBody | None = None) -> Keys:
        """Replace an endpoint's keys. Nothing is lost on the way: what is tried again meanwhile is signed anew."""
        answer: Keys = await self._send(
            Call("POST", "/v1/endpoints/{endpoint}/rotate-secret", parts={"endpoint": endpoint}, body=body)
        )
        return answer

    async def test_endpoint(self, endpoint: str) -> Delivery:
        """Send an endpoint a test event. Of type `endpoint.test`, whatever its `events` are; read the delivery to see
        what became of it.
        """
        answer: Delivery = await self._send(Call("POST", "/v1/endpoints/{endpoint}/test", parts={"endpoint": endpoint}))
        return answer

    async def read_event_log(
        self,
        *,
        after: str | None = None,
        events: str | None = None,
        limit: int | None = None,
        wait_s: int | None = None,
    ) -> EventLog:
        """Events after a place, in order and without gaps. Without `after` only `next` is told: where the log ends now.
        Keep `next` once you have worked on what came with it. `events` are types or patterns by commas, `wait_s` is
        how long to wait for the first.
        """
        answer: EventLog = await self._send(
            Call("GET", "/v1/event-log", query={"after": after, "events": events, "limit": limit, "wait_s": wait_s})
        )
        return answer

    async def list_event_types(self) -> EventTypes:
        """Every type of event. What may be named in the `events` of an endpoint, and what is heard by stream alone. All
        of them: there are no pages.
        """
        answer: EventTypes = await self._send(Call("GET", "/v1/event-types"))
        return answer

    async def read_event_type(self, event_type: str) -> WholeEventType:
        """One type of event with its schema. The schema is JSON Schema 2020-12, whole in itself."""
        answer: WholeEventType = await self._send(
            Call("GET", "/v1/event-types/{event_type}", parts={"event_type": event_type})
        )
        return answer

    async def resend_event(self, event: str) -> ResentEvent:
        """Send an event again to listeners. Whoever reads the event log (`gerbang listen`) gets it once more, under the
        same id. Endpoints do not: POST /v1/deliveries/{id}/resend.
        """
        answer: ResentEvent = await self._send(Call("POST", "/v1/events/{event}/resend", parts={"event": event}))
        return answer

    async def read_import(self, listing_import: str) -> Import:
        """One import. How far it is, and what it came to."""
        answer: Import = await self._send(
            Call("GET", "/v1/imports/{listing_import}", parts={"listing_import": listing_import})
        )
        return answer

    def list_accounts(self, *, limit: int | None = None) -> AsyncPages[Account]:
        """Accounts and their totals. Per account and currency; the balances of one currency add up to zero."""
        return self._pages(Call("GET", "/v1/ledger/accounts", query={"limit": limit}))

    def list_postings(self, *, payment: str, limit: int | None = None) -> AsyncPages[Posting]:
        """The ledger lines of a payment. Oldest first."""
        return self._pages(Call("GET", "/v1/ledger/postings", query={"limit": limit, "payment": payment}))

    def list_listings(
        self,
        *,
        limit: int | None = None,
        connection: str | None = None,
        status: Literal["unmapped", "different", "pending", "None"] | None = None,
    ) -> AsyncPages[Listing]:
        """Listings, newest first. What shops of marketplaces sell."""
        return self._pages(
            Call("GET", "/v1/listings", query={"limit": limit, "connection": connection, "status": status})
        )

    async def read_listing(self, listing: str) -> Listing:
        """One listing. With what was sent, and what the marketplace says it has."""
        answer: Listing = await self._send(Call("GET", "/v1/listings/{listing}", parts={"listing": listing}))
        return answer

    async def map_listing(self, listing: str, body: MappingBody) -> Listing:
        """Map a listing. Its stock is sent from now on, and what is sold there is taken from the product's."""
        answer: Listing = await self._send(
            Call("PATCH", "/v1/listings/{listing}", parts={"listing": listing}, body=body)
        )
        return answer

    async def push_listing(self, listing: str) -> Listing:
        """Send a listing's stock again. Whatever the marketplace said before: where a campaign is over, or somebody
        changed the stock there. A total is sent, so that asking twice does no harm.
        """
        answer: Listing = await self._send(Call("POST", "/v1/listings/{listing}/push", parts={"listing": listing}))
        return answer

    async def read_me(self) -> Me:
        """Who am I. The caller as the gateway knows it."""
        answer: Me = await self._send(Call("GET", "/v1/me"))
        return answer

    async def read_my_notification_preferences(self) -> NotificationPreferences:
        """What I am told. For people who work here. 404 for an API key, which is told nothing."""
        answer: NotificationPreferences = await self._send(Call("GET", "/v1/me/notification-preferences"))
        return answer

    async def change_my_notification_preferences(
        self, body: NotificationPreferencesBody | None = None
    ) -> NotificationPreferences:
        """Change what I am told. From the next event on; what waits for a digest is told by it all the same."""
        answer: NotificationPreferences = await self._send(Call("PATCH", "/v1/me/notification-preferences", body=body))
        return answer

    async def list_message_templates(self) -> MessageTemplateList:
        """Message templates that are paused. At most 200, the longest first. What a paused template would tell goes by
        the other language, or by another channel.
        """
        answer: MessageTemplateList = await self._send(Call("GET", "/v1/message-templates"))
        return answer

    async def leave_message_template(self, connection: str, template: str, language: str) -> None:
        """Leave it paused. Somebody has looked at it, and nobody is reminded of it any more. 404 for one that is not
        paused.
        """
        await self._send(
            Call(
                "POST",
                "/v1/message-templates/{connection}/{template}/{language}/leave",
                parts={"connection": connection, "template": template, "language": language},
            )
        )

    async def resume_message_template(self, connection: str, template: str, language: str) -> None:
        """Use it again. For one that was recategorised: from now on it is sent at its new price. 404 for one that is not
        paused.
        """
        await self._send(
            Call(
                "POST",
                "/v1/message-templates/{connection}/{template}/{language}/resume",
                parts={"connection": connection, "template": template, "language": language},
            )
        )

    async def approve_message_text(self, version: str, body: TextApproveBody | None = None) -> MessageTextVersion:
        """Agree to a text of a message. Not by an API key, nor by who saved it, and only within five minutes of the
        password: 403 `step_up_required`.
        """
        answer: MessageTextVersion = await self._send(
            Call("POST", "/v1/message-text-versions/{version}/approve", parts={"version": version}, body=body)
        )
        return answer

    async def refuse_message_text(self, version: str, body: TextRefuseBody) -> MessageTextVersion:
        """Refuse a text of a message. What was used before stays in use; `note` says why."""
        answer: MessageTextVersion = await self._send(
            Call("POST", "/v1/message-text-versions/{version}/refuse", parts={"version": version}, body=body)
        )
        return answer

    async def list_message_texts(self) -> MessageTextList:
        """Texts of messages. Every text that a shop may write: what payers are told by e-mail and SMS, in both
        languages. All of them at once.
        """
        answer: MessageTextList = await self._send(Call("GET", "/v1/message-texts"))
        return answer

    async def read_message_text(self, template: str, language: str, channel: str) -> MessageTextDetail:
        """One text of a message. With its newest 20 versions, and who saved each."""
        answer: MessageTextDetail = await self._send(
            Call(
                "GET",
                "/v1/message-texts/{template}/{language}/{channel}",
                parts={"template": template, "language": language, "channel": channel},
            )
        )
        return answer

    async def save_message_text(
        self, template: str, language: str, channel: str, body: MessageTextBody
    ) -> MessageTextVersion:
        """Save a text of a message. Used from now on; one that needs a second person, from when they agree. The newest
        text sent once more makes no version. 422 names what is wrong with each part.
        """
        answer: MessageTextVersion = await self._send(
            Call(
                "POST",
                "/v1/message-texts/{template}/{language}/{channel}",
                parts={"template": template, "language": language, "channel": channel},
                body=body,
            )
        )
        return answer

    async def use_our_message_text(self, template: str, language: str, channel: str) -> MessageTextVersion:
        """Go back to our text. From now on the message says what it says out of the box. The shop's versions stay."""
        answer: MessageTextVersion = await self._send(
            Call(
                "POST",
                "/v1/message-texts/{template}/{language}/{channel}/ours",
                parts={"template": template, "language": language, "channel": channel},
            )
        )
        return answer

    async def preview_message_text(
        self, template: str, language: str, channel: str, body: MessageTextBody
    ) -> MessageTextCheck:
        """Try a text of a message. How it reads with example data, or what is wrong with it. Nothing is saved."""
        answer: MessageTextCheck = await self._send(
            Call(
                "POST",
                "/v1/message-texts/{template}/{language}/{channel}/preview",
                parts={"template": template, "language": language, "channel": channel},
                body=body,
            )
        )
        return answer

    def list_notifications(
        self,
        *,
        limit: int | None = None,
        status: NotificationStatus | None = None,
        template: NotificationTemplate | None = None,
        payment: str | None = None,
    ) -> AsyncPages[Notification]:
        """Messages to people, newest first. `status` is how far it is: queued, accepted, sent, delivered, read, or
        failed, which says why in `error`. It never goes back; a message that failed may arrive after all.
        """
        return self._pages(
            Call(
                "GET",
                "/v1/notifications",
                query={"limit": limit, "status": status, "template": template, "payment": payment},
            )
        )

    async def resend_notification(self, notification: str) -> Notification:
        """Send a message to somebody again. One that failed is tried again. One that was sent, and did not arrive, stays
        as it is: the answer is a new one that says the same. One still on its way, and one to somebody who does not
        want it there any more, is refused with 409.
        """
        answer: Notification = await self._send(
            Call("POST", "/v1/notifications/{notification}/resend", parts={"notification": notification})
        )
        return answer

    def list_orders(
        self,
        *,
        limit: int | None = None,
        status: ItemStatus | None = None,
        channel: str | None = None,
        connection: str | None = None,
        shop: str | None = None,
        external_id: str | None = None,
        created_after: str | None = None,
        created_before: str | None = None,
    ) -> AsyncPages[Order]:
        """Orders, newest first. By when they were bought. One marketplace's id may be that of several orders: a basket
        over two shops is an order in each.
        """
        return self._pages(
            Call(
                "GET",
                "/v1/orders",
                query={
                    "limit": limit,
                    "status": status,
                    "channel": channel,
                    "connection": connection,
                    "shop": shop,
                    "external_id": external_id,
                    "created_after": created_after,
                    "created_before": created_before,
                },
            )
        )

    async def create_order(self, body: OrderBody, *, idempotency_key: str | None = None) -> Order:
        """Make an order of your own. Its stock is kept with it, all of it or nothing: 409 beside the line where it is
        not there. `pack`, `ship` and `cancel` are as for a marketplace's, and done at once.
        """
        answer: Order = await self._send(
            Call("POST", "/v1/orders", body=body, idempotency_key=idempotency_key or new_key())
        )
        return answer

    async def read_order(self, order: str) -> Order:
        """One order. With its items, its parcels and who buys."""
        answer: Order = await self._send(Call("GET", "/v1/orders/{order}", parts={"order": order}))
        return answer

    async def cancel_order(
        self, order: str, body: CancelItemsBody, *, idempotency_key: str | None = None
    ) -> OrderAfter:
        """Cancel items. Ask `cancel-options` first: one packed item takes its parcel along, and some reasons set the SKU
        to 0. Answered as `pack` is; the marketplace may take a moment to carry it out.
        """
        answer: OrderAfter = await self._send(
            Call(
                "POST",
                "/v1/orders/{order}/cancel",
                parts={"order": order},
                body=body,
                idempotency_key=idempotency_key or new_key(),
            )
        )
        return answer

    async def read_cancel_options(self, order: str, *, items: str | None = None) -> CancelOptions:
        """What cancelling would do. Asked of the marketplace now: its warning, the reasons that hold for these items,
        and which items go with them.
        """
        answer: CancelOptions = await self._send(
            Call("GET", "/v1/orders/{order}/cancel-options", parts={"order": order}, query={"items": items})
        )
        return answer

    def list_claims(self, order: str, *, limit: int | None = None) -> AsyncPages[Claim]:
        """What buyers want back. Wishes to cancel, returns, and money back without a return: the last fifty, newest
        first. What `waits` is decided by the marketplace after `decide_by`.
        """
        return self._pages(Call("GET", "/v1/orders/{order}/claims", parts={"order": order}, query={"limit": limit}))

    async def read_claim(self, order: str, claim: str) -> Claim:
        """One claim. With its lines, its deadline, and what was answered last."""
        answer: Claim = await self._send(
            Call("GET", "/v1/orders/{order}/claims/{claim}", parts={"order": order, "claim": claim})
        )
        return answer

    async def accept_claim(
        self, order: str, claim: str, body: AcceptClaimBody | None = None, *, idempotency_key: str | None = None
    ) -> Claim:
        """Agree to a claim. A cancel, a return, or, of what came back, the refund. 202 where the marketplace's answer is
        not here yet: it is looked up, never sent twice; `answer` says what became of each line. 409 where none was
        answered.
        """
        answer: Claim = await self._send(
            Call(
                "POST",
                "/v1/orders/{order}/claims/{claim}/accept",
                parts={"order": order, "claim": claim},
                body=body,
                idempotency_key=idempotency_key or new_key(),
            )
        )
        return answer

    async def receive_claim(
        self, order: str, claim: str, body: ReceiveClaimBody | None = None, *, idempotency_key: str | None = None
    ) -> Claim:
        """Say that goods are back. Then `accept` gives the money back, `refuse` does not. Only with `restock` they are
        counted to stock. Answered as `accept` is.
        """
        answer: Claim = await self._send(
            Call(
                "POST",
                "/v1/orders/{order}/claims/{claim}/receive",
                parts={"order": order, "claim": claim},
                body=body,
                idempotency_key=idempotency_key or new_key(),
            )
        )
        return answer

    def list_refusal_reasons(self, order: str, claim: str, *, limit: int | None = None) -> AsyncPages[RefusalReason]:
        """Why it may be refused. Asked of the marketplace now. None where a refusal needs no reason."""
        return self._pages(
            Call(
                "GET",
                "/v1/orders/{order}/claims/{claim}/refusal-reasons",
                parts={"order": order, "claim": claim},
                query={"limit": limit},
            )
        )

    async def refuse_claim(
        self, order: str, claim: str, body: RefuseClaimBody | None = None, *, idempotency_key: str | None = None
    ) -> Claim:
        """Refuse a claim. Ask `refusal-reasons` first. Money alone is not refused but disputed: the marketplace decides.
        Answered as `accept` is.
        """
        answer: Claim = await self._send(
            Call(
                "POST",
                "/v1/orders/{order}/claims/{claim}/refuse",
                parts={"order": order, "claim": claim},
                body=body,
                idempotency_key=idempotency_key or new_key(),
            )
        )
        return answer

    async def set_order_cod(self, order: str, body: CodBody) -> Order:
        """Say what became of the cash. Of an order of your own that is paid at the door and shipped: collected it is
        delivered and revenue; remitted the money is in your bank; refused it comes back. Said twice it changes
        nothing.
        """
        answer: Order = await self._send(Call("POST", "/v1/orders/{order}/cod", parts={"order": order}, body=body))
        return answer

    async def deliver_order(
        self, order: str, body: ParcelsBody | None = None, *, idempotency_key: str | None = None
    ) -> OrderAfter:
        """Say that parcels have arrived. Of an order of your own, and of a marketplace's parcels that your own fleet
        brings. Where cash is owed at the door, `cod` says it. Answered as `pack` is.
        """
        answer: OrderAfter = await self._send(
            Call(
                "POST",
                "/v1/orders/{order}/delivered",
                parts={"order": order},
                body=body,
                idempotency_key=idempotency_key or new_key(),
            )
        )
        return answer

    async def deliver_digital_items(
        self, order: str, body: ItemsBody | None = None, *, idempotency_key: str | None = None
    ) -> OrderAfter:
        """Say that digital items went out. Of a marketplace's items that are nothing to pack: they are `delivered`.
        Answered as `pack` is.
        """
        answer: OrderAfter = await self._send(
            Call(
                "POST",
                "/v1/orders/{order}/digital-delivered",
                parts={"order": order},
                body=body,
                idempotency_key=idempotency_key or new_key(),
            )
        )
        return answer

    async def read_order_document(
        self, order: str, *, type: Literal["label", "invoice"] | None = None, package: str | None = None
    ) -> bytes:
        """A label or invoice as PDF. The labels of the order's parcels, made by the marketplace once and kept here:
        printing again asks nobody. An `invoice` is made here of an order of your own, and of a marketplace's is what
        that gives, where it gives one.
        """
        answer: bytes = await self._send(
            Call(
                "GET", "/v1/orders/{order}/documents", parts={"order": order}, query={"type": type, "package": package}
            )
        )
        return answer

    async def fail_order_delivery(
        self, order: str, body: ParcelsBody | None = None, *, idempotency_key: str | None = None
    ) -> OrderAfter:
        """Say that parcels could not be brought. As `delivered`: its items are `failed`, and of your own `returned` once
        they are back. Answered as `pack` is.
        """
        answer: OrderAfter = await self._send(
            Call(
                "POST",
                "/v1/orders/{order}/failed-delivery",
                parts={"order": order},
                body=body,
                idempotency_key=idempotency_key or new_key(),
            )
        )
        return answer

    async def set_invoice_number(
        self, order: str, body: InvoiceNumberBody, *, idempotency_key: str | None = None
    ) -> OrderAfter:
        """Tell the invoice's number. Of every item that is packed. Answered as `pack` is."""
        answer: OrderAfter = await self._send(
            Call(
                "POST",
                "/v1/orders/{order}/invoice-number",
                parts={"order": order},
                body=body,
                idempotency_key=idempotency_key or new_key(),
            )
        )
        return answer

    def list_order_operations(self, order: str, *, limit: int | None = None) -> AsyncPages[Operation]:
        """What was asked of the marketplace. The last twenty, newest first."""
        return self._pages(Call("GET", "/v1/orders/{order}/operations", parts={"order": order}, query={"limit": limit}))

    async def pack_order(
        self, order: str, body: PackBody | None = None, *, idempotency_key: str | None = None
    ) -> OrderAfter:
        """Pack items into a parcel. The marketplace gives the parcel its number and tracking. 202 where its answer is
        not here yet: it is looked up, never sent twice; `operation` says what became of each item. 409 where none was
        packed.
        """
        answer: OrderAfter = await self._send(
            Call(
                "POST",
                "/v1/orders/{order}/pack",
                parts={"order": order},
                body=body,
                idempotency_key=idempotency_key or new_key(),
            )
        )
        return answer

    async def release_order(self, order: str) -> Order:
        """Have an oversold order packed. An order of which not all is in stock (`hold`) is not packed. Stock that comes
        ends that, and so does cancelling what is missing; this has it packed as it is.
        """
        answer: Order = await self._send(Call("POST", "/v1/orders/{order}/release", parts={"order": order}))
        return answer

    async def repack_order(
        self, order: str, body: ParcelsBody | None = None, *, idempotency_key: str | None = None
    ) -> OrderAfter:
        """Undo a parcel. Its items are `repacked`, and can be packed anew: so one of them can be cancelled without the
        others. Answered as `pack` is.
        """
        answer: OrderAfter = await self._send(
            Call(
                "POST",
                "/v1/orders/{order}/repack",
                parts={"order": order},
                body=body,
                idempotency_key=idempotency_key or new_key(),
            )
        )
        return answer

    async def return_order(
        self, order: str, body: ItemsBody | None = None, *, idempotency_key: str | None = None
    ) -> OrderAfter:
        """Say that items are back. Of an order of your own, after it was delivered or could not be. Stock that can be
        sold again is counted in by hand, money given back by a refund of the payment.
        """
        answer: OrderAfter = await self._send(
            Call(
                "POST",
                "/v1/orders/{order}/returned",
                parts={"order": order},
                body=body,
                idempotency_key=idempotency_key or new_key(),
            )
        )
        return answer

    async def ship_order(
        self, order: str, body: ShipBody | None = None, *, idempotency_key: str | None = None
    ) -> OrderAfter:
        """Say that parcels are ready for the carrier. From then on the carrier may fetch them. Answered as `pack` is."""
        answer: OrderAfter = await self._send(
            Call(
                "POST",
                "/v1/orders/{order}/ship",
                parts={"order": order},
                body=body,
                idempotency_key=idempotency_key or new_key(),
            )
        )
        return answer

    def read_order_timeline(self, order: str, *, limit: int | None = None) -> AsyncPages[OrderMoment]:
        """What happened to an order. Oldest first: what was heard of it, what was done. Without `limit` the first 500."""
        return self._pages(Call("GET", "/v1/orders/{order}/timeline", parts={"order": order}, query={"limit": limit}))

    def list_payment_methods(
        self,
        *,
        amount: int | str,
        currency: Literal[
            "AUD",
            "CNY",
            "ETH",
            "EUR",
            "GBP",
            "HKD",
            "IDR",
            "JPY",
            "KRW",
            "MYR",
            "PHP",
            "POL",
            "SGD",
            "THB",
            "USD",
            "USDC",
            "USDT",
            "VND",
        ],
        limit: int | None = None,
    ) -> AsyncPages[Offer]:
        """How an amount can be paid. Every method that an enabled connection offers, with the reason where this amount
        does not fit.
        """
        return self._pages(
            Call("GET", "/v1/payment-methods", query={"limit": limit, "amount": amount, "currency": currency})
        )

    def list_payments(
        self,
        *,
        limit: int | None = None,
        status: PaymentStatus | None = None,
        method: PaymentMethod | None = None,
        connection: str | None = None,
        order_reference: str | None = None,
        customer: str | None = None,
        created_after: str | None = None,
        created_before: str | None = None,
    ) -> AsyncPages[Payment]:
        """Payments, newest first. Customers see their own, staff and API keys all. A page may be shorter than asked for;
        the list ends where `next_cursor` is null.
        """
        return self._pages(
            Call(
                "GET",
                "/v1/payments",
                query={
                    "limit": limit,
                    "status": status,
                    "method": method,
                    "connection": connection,
                    "order_reference": order_reference,
                    "customer": customer,
                    "created_after": created_after,
                    "created_before": created_before,
                },
            )
        )

    async def create_payment(self, body: PaymentBody, *, idempotency_key: str | None = None) -> Payment:
        """Make a payment. With `method` the first attempt is made at once; without it the payer chooses on the page
        behind `checkout_url`.
        """
        answer: Payment = await self._send(
            Call("POST", "/v1/payments", body=body, idempotency_key=idempotency_key or new_key())
        )
        return answer

    async def read_payment(self, payment: str) -> Payment:
        """One payment. A payment as it is now."""
        answer: Payment = await self._send(Call("GET", "/v1/payments/{payment}", parts={"payment": payment}))
        return answer

    def list_attempts(self, payment: str, *, limit: int | None = None) -> AsyncPages[Attempt]:
        """The attempts of a payment. Oldest first; there are never many."""
        return self._pages(
            Call("GET", "/v1/payments/{payment}/attempts", parts={"payment": payment}, query={"limit": limit})
        )

    async def create_attempt(self, payment: str, body: AttemptBody, *, idempotency_key: str | None = None) -> Payment:
        """Try another way to pay. The earlier attempt is closed where the provider can."""
        answer: Payment = await self._send(
            Call(
                "POST",
                "/v1/payments/{payment}/attempts",
                parts={"payment": payment},
                body=body,
                idempotency_key=idempotency_key or new_key(),
            )
        )
        return answer

    async def cancel_payment(self, payment: str) -> Payment:
        """Cancel an unpaid payment. Open attempts are closed at the provider first; money that turns out to be in wins."""
        answer: Payment = await self._send(Call("POST", "/v1/payments/{payment}/cancel", parts={"payment": payment}))
        return answer

    def list_transfers(self, payment: str, *, limit: int | None = None) -> AsyncPages[Transfer]:
        """What our own node saw. Every transfer to the payment's addresses, in order, with what it means."""
        return self._pages(
            Call("GET", "/v1/payments/{payment}/chain", parts={"payment": payment}, query={"limit": limit})
        )

    async def register_device(self, payment: str, body: DeviceBody) -> Device:
        """Tell an app by push. The newest of a payment's devices is told. The same token again is the same device; the
        oldest of more than five is forgotten.
        """
        answer: Device = await self._send(
            Call("POST", "/v1/payments/{payment}/devices", parts={"payment": payment}, body=body)
        )
        return answer

    async def remove_device(self, payment: str, device: str) -> None:
        """Tell an app no more. The same for one that is not told. A push that is on its way may still arrive."""
        await self._send(
            Call("DELETE", "/v1/payments/{payment}/devices/{device}", parts={"payment": payment, "device": device})
        )

    async def refresh_payment(self, payment: str) -> Payment:
        """Ask the provider now. The payment with what the provider said."""
        answer: Payment = await self._send(Call("POST", "/v1/payments/{payment}/refresh", parts={"payment": payment}))
        return answer

    async def create_refund(self, payment: str, body: RefundBody, *, idempotency_key: str | None = None) -> Refund:
        """Give money back. All that is left, a surplus too, or `amount` of it; several refunds where it came over
        several attempts, told as `related_refunds`. Where the method cannot give back, the payer names a bank account
        (of crypto, an address) and an operator transfers.
        """
        answer: Refund = await self._send(
            Call(
                "POST",
                "/v1/payments/{payment}/refunds",
                parts={"payment": payment},
                body=body,
                idempotency_key=idempotency_key or new_key(),
            )
        )
        return answer

    async def resolve_payment(self, payment: str, body: ResolveBody) -> Payment:
        """End a hold. A person decides what a held payment is: take the money, give it back, or let go."""
        answer: Payment = await self._send(
            Call("POST", "/v1/payments/{payment}/resolve", parts={"payment": payment}, body=body)
        )
        return answer

    async def send_payment_link(self, payment: str, *, idempotency_key: str | None = None) -> Payment:
        """Send the payment link to its payer. By e-mail, else by WhatsApp or SMS to a phone whose owner agreed, in the
        customer's language; `GET /v1/notifications?payment=` tells how it went. 409 when nobody can pay by it, or no
        channel reaches the payer (`payer_unreachable`).
        """
        answer: Payment = await self._send(
            Call(
                "POST",
                "/v1/payments/{payment}/send-link",
                parts={"payment": payment},
                idempotency_key=idempotency_key or new_key(),
            )
        )
        return answer

    def read_timeline(self, payment: str, *, limit: int | None = None) -> AsyncPages[TimelineEntry]:
        """What happened to a payment. Oldest first: what came in, what went out, what was decided. Without `limit` the
        first 500.
        """
        return self._pages(
            Call("GET", "/v1/payments/{payment}/timeline", parts={"payment": payment}, query={"limit": limit})
        )

    def list_payouts(
        self,
        *,
        limit: int | None = None,
        paid: bool | None = None,
        connection: str | None = None,
        created_after: str | None = None,
        created_before: str | None = None,
    ) -> AsyncPages[Payout]:
        """Payouts of marketplaces, newest first. Each with the sums of the lines that explain it, and what is left with
        its name. A page may be short and go on where `paid` is asked for.
        """
        return self._pages(
            Call(
                "GET",
                "/v1/payouts",
                query={
                    "limit": limit,
                    "paid": paid,
                    "connection": connection,
                    "created_after": created_after,
                    "created_before": created_before,
                },
            )
        )

    async def read_payout(self, payout: str) -> Payout:
        """One payout. What explains it by kind; its lines are at `/v1/settlements?payout=`."""
        answer: Payout = await self._send(Call("GET", "/v1/payouts/{payout}", parts={"payout": payout}))
        return answer

    async def export_payout(self, payout: str, *, after: str | None = None) -> bytes:
        """The lines of a payout as CSV. For a spreadsheet: amounts are decimals. At most 10,000 lines; `Link` leads to
        those that follow.
        """
        answer: bytes = await self._send(
            Call("GET", "/v1/payouts/{payout}/csv", parts={"payout": payout}, query={"after": after})
        )
        return answer

    def list_products(self, *, limit: int | None = None, sku: str | None = None) -> AsyncPages[Product]:
        """Products, newest first. With their stock, warehouse by warehouse."""
        return self._pages(Call("GET", "/v1/products", query={"limit": limit, "sku": sku}))

    async def create_product(self, body: NewProductBody, *, idempotency_key: str | None = None) -> Product:
        """Make a product. With `components` it is a bundle: its stock is counted by theirs. 409 where another product
        has the SKU.
        """
        answer: Product = await self._send(
            Call("POST", "/v1/products", body=body, idempotency_key=idempotency_key or new_key())
        )
        return answer

    async def read_product(self, sku: str) -> Product:
        """One product. With its stock, warehouse by warehouse."""
        answer: Product = await self._send(Call("GET", "/v1/products/{sku}", parts={"sku": sku}))
        return answer

    async def change_product(self, sku: str, body: ProductChangeBody | None = None) -> Product:
        """Change a product. Its name, or what a bundle consists of. The SKU stays: orders were made by it."""
        answer: Product = await self._send(Call("PATCH", "/v1/products/{sku}", parts={"sku": sku}, body=body))
        return answer

    def list_movements(self, sku: str, *, limit: int | None = None) -> AsyncPages[Movement]:
        """What moved of a product's stock. Newest first: counts, reservations, what was given up, and what left."""
        return self._pages(Call("GET", "/v1/products/{sku}/movements", parts={"sku": sku}, query={"limit": limit}))

    async def set_price(self, sku: str, body: PriceBody) -> Product:
        """Set the price of a product. What it costs from now on; orders that were made keep theirs."""
        answer: Product = await self._send(Call("PUT", "/v1/products/{sku}/price", parts={"sku": sku}, body=body))
        return answer

    async def set_stock(self, sku: str, body: StockBody) -> Product:
        """Set the stock of a product. What was counted in the warehouse, with what is reserved for orders: the same
        count again changes nothing. Every shop is told what is left for it.
        """
        answer: Product = await self._send(Call("PUT", "/v1/products/{sku}/stock", parts={"sku": sku}, body=body))
        return answer

    def list_refunds(
        self,
        *,
        limit: int | None = None,
        status: RefundStatus | None = None,
        payment: str | None = None,
        created_after: str | None = None,
        created_before: str | None = None,
    ) -> AsyncPages[Refund]:
        """Refunds, newest first. Of every payment, or of one; where they go is shown to those who may transfer."""
        return self._pages(
            Call(
                "GET",
                "/v1/refunds",
                query={
                    "limit": limit,
                    "status": status,
                    "payment": payment,
                    "created_after": created_after,
                    "created_before": created_before,
                },
            )
        )

    async def read_refund(self, refund: str) -> Refund:
        """One refund. A refund as it is now; the bank account or address is shown to those who may transfer."""
        answer: Refund = await self._send(Call("GET", "/v1/refunds/{refund}", parts={"refund": refund}))
        return answer

    async def set_refund_destination(self, refund: str, body: NameDestinationBody | None = None) -> Refund:
        """Say where a transfer goes. For who may pay out, when the payer told them. Payer and operators are told; what
        was named stays on record. 409 when it was changed meanwhile.
        """
        answer: Refund = await self._send(
            Call("PUT", "/v1/refunds/{refund}/destination", parts={"refund": refund}, body=body)
        )
        return answer

    async def create_refund_link(self, refund: str) -> Link:
        """Make a refund's link. For a payer whom no mail reaches. What is named by it carries the name of whoever made
        it. Takes no Idempotency-Key: it moves nothing, and leads to the same refund whenever it is made.
        """
        answer: Link = await self._send(Call("POST", "/v1/refunds/{refund}/link", parts={"refund": refund}))
        return answer

    async def resolve_refund(self, refund: str, body: ResolveRefundBody) -> Refund:
        """Say what became of a refund in doubt. Of one that is `unknown` with a `failure`: the provider never confirmed
        it, and a person has looked there. `returned` books it, `failed` frees the money.
        """
        answer: Refund = await self._send(
            Call("POST", "/v1/refunds/{refund}/resolve", parts={"refund": refund}, body=body)
        )
        return answer

    async def send_refund_link(self, refund: str) -> Refund:
        """Send a refund's link to its payer. To the e-mail address that the payment knows, else by SMS to its phone
        where its owner agreed, and nowhere else. 409 where neither is so (`payer_unreachable`), or within five
        minutes of the last.
        """
        answer: Refund = await self._send(Call("POST", "/v1/refunds/{refund}/send-link", parts={"refund": refund}))
        return answer

    async def settle_refund(self, refund: str, body: SettleBody) -> Refund:
        """Record a transfer. An operator has transferred the money; `reference` is the bank's, or the hash of the
        transaction. Not by whoever asked for the refund, where somebody else may; 409 when the destination was
        changed meanwhile.
        """
        answer: Refund = await self._send(
            Call("POST", "/v1/refunds/{refund}/settle", parts={"refund": refund}, body=body)
        )
        return answer

    def list_secrets(self, *, limit: int | None = None) -> AsyncPages[Secret]:
        """Secrets by name. Never a value."""
        return self._pages(Call("GET", "/v1/secrets", query={"limit": limit}))

    async def put_secret(self, name: str, body: SecretBody) -> Written:
        """Write a secret. The name's first part is its family, as in service/nicepay-uji/merchant_key."""
        answer: Written = await self._send(Call("PUT", "/v1/secrets/{name}", parts={"name": name}, body=body))
        return answer

    async def rotate_secret(self, name: str, body: RotationBody | None = None) -> Written:
        """Rotate a secret (…/rotate) A new version beside the old one, which stays valid for the overlap."""
        answer: Written = await self._send(Call("POST", "/v1/secrets/{name}", parts={"name": name}, body=body))
        return answer

    def list_settlements(
        self,
        *,
        limit: int | None = None,
        payout: str | None = None,
        order: str | None = None,
        connection: str | None = None,
        kind: FeeKind | None = None,
        status: LineStatus | None = None,
    ) -> AsyncPages[SettlementLine]:
        """Lines of statements, newest first. Of a payout, of an order, or those that are held. A page may be short and
        go on where more than one filter is given.
        """
        return self._pages(
            Call(
                "GET",
                "/v1/settlements",
                query={
                    "limit": limit,
                    "payout": payout,
                    "order": order,
                    "connection": connection,
                    "kind": kind,
                    "status": status,
                },
            )
        )

    async def read_order_settlement(self, shop: str, number: str) -> OrderSettlement:
        """How far an order is settled. By the marketplace's number of the order in its shop: whether its lines add up to
        what was paid, and are paid out; at most 500 lines are shown.
        """
        answer: OrderSettlement = await self._send(
            Call("GET", "/v1/settlements/orders/{shop}/{number}", parts={"shop": shop, "number": number})
        )
        return answer

    async def read_settlement(self, line: str) -> SettlementLine:
        """One line of a statement. As it is now."""
        answer: SettlementLine = await self._send(Call("GET", "/v1/settlements/{line}", parts={"line": line}))
        return answer

    async def decide_settlement(self, line: str, body: DecideLineBody) -> SettlementLine:
        """Decide about a line that is held. Compare it in the marketplace's seller centre first: what is booked stands.
        409 for a line that is not held.
        """
        answer: SettlementLine = await self._send(
            Call("POST", "/v1/settlements/{line}/decide", parts={"line": line}, body=body)
        )
        return answer

    async def check_shop(self, connection: str) -> StockRules:
        """Ask a marketplace for its stock. Its whole list is read now, as it is every quarter of an hour: `looked_at`
        says when it was, and `GET /v1/listings?status=different` what it has otherwise.
        """
        answer: StockRules = await self._send(
            Call("POST", "/v1/shops/{connection}/check", parts={"connection": connection})
        )
        return answer

    async def begin_import(
        self, connection: str, body: ImportBody | None = None, *, idempotency_key: str | None = None
    ) -> Import:
        """Import a shop's list. Read on in the background: `GET /v1/imports/{import}` tells how far it is. What has a
        SKU of yours is mapped to it. One that is under way is the answer.
        """
        answer: Import = await self._send(
            Call(
                "POST",
                "/v1/shops/{connection}/imports",
                parts={"connection": connection},
                body=body,
                idempotency_key=idempotency_key or new_key(),
            )
        )
        return answer

    async def map_by_csv(self, connection: str, body: MappingFileBody) -> MappingReport:
        """Map listings by a CSV. All of it or nothing: `faults` name each line that is wrong. With `dry_run` it is only
        tried.
        """
        answer: MappingReport = await self._send(
            Call("POST", "/v1/shops/{connection}/listings/csv", parts={"connection": connection}, body=body)
        )
        return answer

    async def read_stock_rules(self, connection: str) -> StockRules:
        """What a shop is offered. How much of the pool is kept back from it, and which warehouses are which."""
        answer: StockRules = await self._send(
            Call("GET", "/v1/shops/{connection}/stock-rules", parts={"connection": connection})
        )
        return answer

    async def set_stock_rules(self, connection: str, body: StockRulesBody) -> StockRules:
        """Say what a shop is offered. All of its listings are sent anew where it changes."""
        answer: StockRules = await self._send(
            Call("PUT", "/v1/shops/{connection}/stock-rules", parts={"connection": connection}, body=body)
        )
        return answer

    async def read_team_notification_preferences(self) -> NotificationPreferences:
        """What the team is told. By the operators' address (`GERBANG_OPERATOR_EMAIL`) and by chat."""
        answer: NotificationPreferences = await self._send(Call("GET", "/v1/team/notification-preferences"))
        return answer

    async def change_team_notification_preferences(
        self, body: NotificationPreferencesBody | None = None
    ) -> NotificationPreferences:
        """Change what the team is told. From the next event on; what waits for a digest is told by it all the same."""
        answer: NotificationPreferences = await self._send(
            Call("PATCH", "/v1/team/notification-preferences", body=body)
        )
        return answer

    def list_users(self, *, limit: int | None = None) -> AsyncPages[User]:
        """Users, newest first. Customers and staff."""
        return self._pages(Call("GET", "/v1/users", query={"limit": limit}))

    async def create_user(self, body: NewUserBody) -> User:
        """Add a user. Of any role; the person changes the password at /v1/auth/password. Takes no Idempotency-Key: sent
        twice, the second is refused, since the address is taken.
        """
        answer: User = await self._send(Call("POST", "/v1/users", body=body))
        return answer

    async def read_user(self, user: str) -> User:
        """One user. By id."""
        answer: User = await self._send(Call("GET", "/v1/users/{user}", parts={"user": user}))
        return answer

    async def change_user(self, user: str, body: UserChangeBody | None = None) -> User:
        """Give another role, disable or enable. Tokens with the old role are refused within five seconds; the last admin
        stays.
        """
        answer: User = await self._send(Call("PATCH", "/v1/users/{user}", parts={"user": user}, body=body))
        return answer

    def list_waves(self, *, limit: int | None = None) -> AsyncPages[Wave]:
        """Waves, newest first. How far each is."""
        return self._pages(Call("GET", "/v1/waves", query={"limit": limit}))

    async def create_wave(self, body: NewWaveBody | None = None, *, idempotency_key: str | None = None) -> Wave:
        """Pack many orders. Up to 500 orders, the nearest deadline first: they are packed in batches of twenty, then
        their labels are fetched; what cannot be packed falls out and is told by `GET /v1/waves/{id}`. An order is in
        one wave at a time. 409 where nothing waits.
        """
        answer: Wave = await self._send(
            Call("POST", "/v1/waves", body=body, idempotency_key=idempotency_key or new_key())
        )
        return answer

    async def read_wave(self, wave: str) -> WholeWave:
        """One wave. With every order that fell out, and why."""
        answer: WholeWave = await self._send(Call("GET", "/v1/waves/{wave}", parts={"wave": wave}))
        return answer

    async def read_wave_labels(self, wave: str) -> bytes:
        """The labels of a wave as PDF. One document with the labels that are there, in the order of the wave, each on a
        page of its own. Printing again packs nothing and asks nobody.
        """
        answer: bytes = await self._send(Call("GET", "/v1/waves/{wave}/labels", parts={"wave": wave}))
        return answer

    def read_pick_list(self, wave: str, *, limit: int | None = None) -> AsyncPages[PickLine]:
        """What to fetch for a wave. By warehouse and SKU. What fell out of the wave or is cancelled is not in it."""
        return self._pages(Call("GET", "/v1/waves/{wave}/pick-list", parts={"wave": wave}, query={"limit": limit}))

    async def export_pick_list(self, wave: str) -> bytes:
        """A pick list as CSV. The whole pick list for a spreadsheet."""
        answer: bytes = await self._send(Call("GET", "/v1/waves/{wave}/pick-list/csv", parts={"wave": wave}))
        return answer

    async def ship_wave(self, wave: str, *, idempotency_key: str | None = None) -> Wave:
        """Ship a wave. All its parcels are ready for their carriers: said in batches of twenty, each order once. What
        cannot leave is told by `GET /v1/waves/{id}` and stays packed; ask again with a new key to try it once more.
        409 before the wave is `done`, or where nothing is left to ship.
        """
        answer: Wave = await self._send(
            Call("POST", "/v1/waves/{wave}/ship", parts={"wave": wave}, idempotency_key=idempotency_key or new_key())
        )
        return answer

    def list_webhook_events(
        self,
        *,
        limit: int | None = None,
        source: str | None = None,
        type: str | None = None,
        status: WebhookEventStatus | None = None,
        verified: bool | None = None,
        received_after: str | None = None,
    ) -> AsyncPages[WebhookEvent]:
        """Webhook events, newest first. Only verified messages become events; `verified=false` is an empty list, and
        /v1/webhook-rejections holds the others.
        """
        return self._pages(
            Call(
                "GET",
                "/v1/webhook-events",
                query={
                    "limit": limit,
                    "source": source,
                    "type": type,
                    "status": status,
                    "verified": verified,
                    "received_after": received_after,
                },
            )
        )

    async def read_webhook_event(self, event: str) -> WholeWebhookEvent:
        """One webhook event. With headers and raw body."""
        answer: WholeWebhookEvent = await self._send(Call("GET", "/v1/webhook-events/{event}", parts={"event": event}))
        return answer

    async def replay_webhook_event(self, event: str, body: ReplayBody | None = None) -> Replay:
        """Run an event again. Harmless: facts carry totals, so what was applied before changes nothing."""
        answer: Replay = await self._send(
            Call("POST", "/v1/webhook-events/{event}/replay", parts={"event": event}, body=body)
        )
        return answer

    async def list_webhook_rejections(self, *, limit: int | None = None) -> WebhookRejectionList:
        """Refused webhook messages. Newest first; a sample of at most sixty a minute is kept."""
        answer: WebhookRejectionList = await self._send(Call("GET", "/v1/webhook-rejections", query={"limit": limit}))
        return answer
