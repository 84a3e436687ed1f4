"""Every code of a problem: why it comes, what the caller does about it, whether to try again, and an example. English only: programmers read it.

The one source of the page /docs/errors, of docs/reference/errors.md and of the `hint` of a problem whose error brings none of its own. Status
and title stand with the error itself. What only stops a process at its start is told in problems_of_processes.py.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple


class Retry(StrEnum):
    """Whether sending the same request again can help: the text for people; programs read the name (`wire`)."""

    NO = "no"
    MENDED = "once it is mended"
    LATER = "yes, after Retry-After"
    SAME_KEY = "yes, with the same Idempotency-Key"
    CHANGED = "after reading the present state"

    @property
    def wire(self) -> str:
        """`retry` of a problem."""
        return self.name.lower()


class ProblemText(NamedTuple):
    """What is told of a code. `example` is a request, or a situation, that is answered with it."""

    cause: str
    cure: str
    retry: Retry
    example: str


_R: Final = Retry
_REFRESH: Final = "Read the payment again and act on what it says."

# fmt: off
PROBLEMS: Final[Mapping[str, ProblemText]] = {
    # ── the request as such ────────────────────────────────────────────────────────────────────────────────────────
    "malformed_request": ProblemText("The body is not one JSON text in UTF-8, a name stands twice in it, a header stands twice, or the request line is not HTTP.", "Send one JSON object, written by a JSON library.", _R.MENDED, '`{"amount": 1, "amount": 2}`'),
    "invalid_request": ProblemText("A field, a parameter of the address or the body as a whole is not what this route takes.", "Mend what each of `errors` names; the reference at /docs lists what is taken.", _R.MENDED, "`GET /v1/payments?status=payed`"),
    "unsupported_media_type": ProblemText("The body is of another content type than this route takes, or it is compressed.", "Send it uncompressed as application/json, a form of our pages as application/x-www-form-urlencoded.", _R.MENDED, "`POST /v1/payments` with `Content-Type: text/plain`"),
    "body_too_large": ProblemText("The body is longer than this route takes.", "Send less: long texts belong into your own system, and `metadata` holds a reference to them.", _R.MENDED, "`POST /v1/auth/login` with 20 kB"),
    "uri_too_long": ProblemText("The address is longer than we read.", "Ask with fewer or shorter parameters.", _R.MENDED, "A query of 20 kB"),
    "headers_too_large": ProblemText("The headers together are longer than we read.", "Send fewer cookies and headers.", _R.MENDED, "Headers of 70 kB"),
    "request_timeout": ProblemText("The request did not arrive whole in time.", "Send it again at once, over a connection that carries it; with the same Idempotency-Key it is done once.", _R.SAME_KEY, "A body of which only a half arrived"),
    "route_not_found": ProblemText("There is nothing at this address.", "Check the path against /docs.", _R.NO, "`GET /v1/payment`"),
    "method_not_allowed": ProblemText("The address exists, for another HTTP method.", "Use a method that the header `Allow` names.", _R.NO, "`DELETE /v1/payments`"),
    "host_unknown": ProblemText("The Host header names none of the addresses of this installation.", "Use its public address; behind a proxy, set GERBANG_PUBLIC_URL to the address that visitors see.", _R.MENDED, "`Host: 203.0.113.9`"),
    "cross_site_request": ProblemText("A page of another site sent a form or a script's request with the signed-in session.", "Open our own page and press there; a program sends an API key in Authorization instead.", _R.NO, "`Origin: https://elsewhere.example` with a session cookie"),
    "credential_in_query": ProblemText("A key or a token stood in the address, where logs and histories keep it.", "Send it as `Authorization: Bearer …`, and replace the key that was shown.", _R.MENDED, "`GET /v1/payments?api_key=grb_live_…`"),
    "card_data_refused": ProblemText("Something in the request looks like a card number, a security code or track data. Nothing of it was kept.", "Send the payer to the page of `next_action`. An order's number is taken in groups that no card has, or with a letter in it (`order-4506911-796163953`); numbers of another kind in a field of their name (`nik`, `account`, `va_number`, `ean`, `phone`, `resi`, `token`), or after a word that says what they are.", _R.MENDED, '`{"metadata": {"note": "4111 1111 1111 1111"}}`'),
    "idempotency_key_required": ProblemText("A request that makes a payment, an attempt or a refund, or sends a payment's link, came without an Idempotency-Key.", "Send one, a new one for each thing that is to be made, and the same one when you ask again.", _R.MENDED, "`POST /v1/payments` without the header"),
    "idempotency_key_invalid": ProblemText("The Idempotency-Key is empty, longer than 255 characters, or not printable ASCII.", "Use a UUID.", _R.MENDED, "`Idempotency-Key: `"),
    "idempotency_key_reused": ProblemText("The Idempotency-Key was used before with another request.", "Use a new key for every new request; with this key only the earlier request can be repeated.", _R.NO, "The same key with another `amount`"),
    # ── who is asking ──────────────────────────────────────────────────────────────────────────────────────────────
    "unauthenticated": ProblemText("Nobody is signed in, and no API key was sent.", "Send `Authorization: Bearer` with an API key or an access token.", _R.MENDED, "`GET /v1/payments` without a header"),
    "invalid_token": ProblemText("The API key or access token is unknown, has run out or was revoked; which of them is not told.", "Send `Authorization: Bearer` with an API key that is listed at /v1/api-keys, or with an access token; for one that has run out, turn the refresh token over at /v1/auth/refresh or sign in again.", _R.MENDED, "An access token of yesterday"),
    "invalid_credentials": ProblemText("E-mail address and password do not belong together.", "Type both again.", _R.MENDED, "`POST /v1/auth/login` with a mistyped password"),
    "login_throttled": ProblemText("Too many log-ins failed for this account or from this place.", "Wait as long as Retry-After says; nobody is locked out for longer.", _R.LATER, "The sixth wrong password within a minute"),
    "login_busy": ProblemText("More passwords are waiting to be checked than this process takes on.", "Send it again in a moment.", _R.LATER, "A hundred log-ins in one second"),
    "forbidden": ProblemText("The caller is known and may not do this.", "Use a key or an account whose role holds the permission that /docs names for the route.", _R.NO, "A support key at `POST /v1/payments/{id}/refunds`"),
    "weak_password": ProblemText("The password is shorter than 15 characters, longer than 1,024, common, or holds our name or the address.", "Choose a longer one, four unusual words for example.", _R.MENDED, '`"password": "rahasia"`'),
    "email_taken": ProblemText("Somebody has registered with this e-mail address.", "Sign in, or use another address.", _R.NO, "`POST /v1/auth/register` twice"),
    "invalid_profile": ProblemText("Name, e-mail address or locale is not one that we can use.", "Mend what each of `errors` names.", _R.MENDED, '`"email": "sari@"`'),
    "owner_link_invalid": ProblemText("The one-time owner link is unknown, used, or older than 30 minutes, or there is an owner already.", "Start `gerbang serve` again: it prints a new link as long as there is no owner.", _R.NO, "A link of yesterday"),
    "no_owner_yet": ProblemText("The installation is new: nobody can manage it yet, so it serves nothing else.", "Open the link that `gerbang serve` printed.", _R.LATER, "Any request before the owner was made"),
    "last_admin": ProblemText("It is the only admin: nobody could manage users afterwards.", "Make another admin first.", _R.MENDED, '`PATCH /v1/users/{id}` with `"role": "support"`'),
    "user_not_found": ProblemText("No user has this id.", "Take the id from /v1/users.", _R.NO, "`GET /v1/users/usr_…`"),
    "api_key_not_found": ProblemText("No API key has this id.", "Take the id from /v1/api-keys; it is not the key itself.", _R.NO, "`DELETE /v1/api-keys/key_…`"),
    # ── how often, and whether at all now ──────────────────────────────────────────────────────────────────────────
    "rate_limited": ProblemText("A limit of this route was reached; the headers RateLimit and RateLimit-Policy say which.", "Wait as long as Retry-After says, and send less at once.", _R.LATER, "300 reads in a second by one key"),
    "too_many_listeners": ProblemText("This caller has as many event streams open as it may.", "Close streams that nobody reads; one of /v1/events carries all payments.", _R.LATER, "The eleventh `GET /v1/events`"),
    "too_many_connections": ProblemText("The process holds as many connections as it takes.", "Keep connections alive instead of opening one for each request, and try again.", _R.LATER, "A client that never closes"),
    "limiter_unavailable": ProblemText("The limits of a route that moves money or signs in cannot be checked, so it stays closed.", "Try again; if it stays, see /readyz.", _R.LATER, "The database is away during `POST /v1/auth/login`"),
    "unavailable": ProblemText("It cannot be done now; nothing was executed.", "Send it again.", _R.LATER, "A webhook while its connection's provider is not installed"),
    "database_unavailable": ProblemText("The database did not answer in time; nothing was stored.", "Send it again with the same Idempotency-Key; if it stays, see /readyz.", _R.SAME_KEY, "PostgreSQL restarts"),
    "database_busy": ProblemText("Another session holds a table or a row that this needs, for longer than we wait; nothing was stored.", "Send it again with the same Idempotency-Key; if it stays, find who holds the lock in pg_locks.", _R.SAME_KEY, "`LOCK TABLE payments` in a session that was left open"),
    "database_not_writable": ProblemText("The database answers and takes no writes: its disk is full, or it is a standby.", "Make room, or point GERBANG_DATABASE_URL to the primary; then send it again.", _R.SAME_KEY, "A full disk"),
    "commit_unknown": ProblemText("The connection broke while COMMIT was under way: stored or not cannot be told.", "Send the very same request with the same Idempotency-Key: it is done once.", _R.SAME_KEY, "PostgreSQL is killed in that moment"),
    "audit_unavailable": ProblemText("The audit trail cannot be written, and nothing is done that it would not show.", "Send it again with the same Idempotency-Key; if it stays, see /readyz.", _R.SAME_KEY, "A disk that is full at that moment"),
    "secret_unreadable": ProblemText("A stored secret does not open under its name and version: its row was changed, or the root key is another one.", "Put the root key of this database back, or write the secret anew.", _R.MENDED, "A database restored beside another root key"),
    "root_key_unusable": ProblemText("There is no usable root key: no stored secret can be read.", "Put the key file back where GERBANG_ROOT_KEY_FILE says, readable for this account alone.", _R.MENDED, "The file has mode 644"),
    "row_unreadable": ProblemText("A stored row holds a word that this version does not know: it alone stands still.", "Run the version that wrote it, or a newer one.", _R.MENDED, "A payment made by a newer version"),
    "mark_unusable": ProblemText("The file that remembers which crypto addresses were shown cannot be read or written.", "Make it readable and writable for the account of the service; `gerbang doctor` names it.", _R.MENDED, "The data folder belongs to root"),
    "internal_error": ProblemText("Something that nobody expected; it is in our log.", "Send it again with the same Idempotency-Key; if it stays, tell us the `request_id`.", _R.SAME_KEY, "A fault of ours"),
    # ── payments ───────────────────────────────────────────────────────────────────────────────────────────────────
    "invalid_amount": ProblemText("The amount is no amount of this currency, or the currency is not supported.", "Whole minor units of a fiat currency as a number (IDR has none: 150000 is Rp150.000), base units of an asset as text.", _R.MENDED, '`{"amount": "150000", "currency": "IDR"}`'),
    "payment_not_found": ProblemText("No payment has this id, or it is not yours to see.", "Take the id from the answer that made it, and use a key of the same installation.", _R.NO, "`GET /v1/payments/pay_…`"),
    "payment_closed": ProblemText("The payment is paid, cancelled or held: it takes no new attempt.", "Make a new payment.", _R.CHANGED, "`POST …/attempts` after it was paid"),
    "attempt_in_flight": ProblemText("An earlier attempt may still charge the payer: a second one could charge twice.", "Wait until its outcome is known: read the payment, or `POST …/refresh`.", _R.CHANGED, "A card attempt whose answer is awaited"),
    "currency_unavailable": ProblemText("No enabled connection takes this currency, so nobody could pay.", "Take one of the currencies that `errors` names, or enable a connection that takes this one.", _R.MENDED, '`{"amount": 1000, "currency": "EUR"}` where NICEPAY alone is set up'),
    "method_unavailable": ProblemText("No enabled connection offers this way to pay for this amount, currency and choice.", "Ask `GET /v1/payment-methods?amount=&currency=`, and send one of what it lists.", _R.MENDED, '`{"method": "virtual_account", "method_options": {"bank": "XYZ"}}`'),
    "phone_needed": ProblemText("The request to pay goes to the payer's phone, and no usable mobile number is known.", "Send `customer.phone`, a mobile number of the country that the method names.", _R.MENDED, "OVO without a phone number"),
    "no_rate": ProblemText("Nobody says what the asset is worth in the currency of the price.", "Pay in another asset or by another method; an owner sets a source of rates.", _R.LATER, "Crypto for a price in KRW"),
    "addresses_unmarked": ProblemText("The database says that addresses of a wallet were shown, and the mark beside it is missing: another payer could be shown the same.", "An owner runs `gerbang addresses resume-at N`; pay by another method until then.", _R.MENDED, "A data folder restored without its marks"),
    "too_many_addresses": ProblemText("A payment was begun anew in crypto so often that its unpaid addresses would hide others from the owner's wallet.", "Pay by another method, or make a new payment.", _R.NO, "The sixth crypto attempt of one payment"),
    "too_many_open_addresses": ProblemText("This payer, or all together, have as many unpaid crypto payments open as may be.", "Pay or cancel one of them, or wait until one has run out; GERBANG_CRYPTO_OPEN_PER_PAYER and GERBANG_CRYPTO_OPEN_PER_CONNECTION are the limits.", _R.LATER, "An eleventh unpaid crypto payment of one payer"),
    "not_cancellable": ProblemText("The payment is paid, or a part of it by who may not refund.", _REFRESH + " What was paid is given back by a refund.", _R.CHANGED, "`POST …/cancel` after it was paid"),
    "not_held": ProblemText("Only a held payment waits for a decision.", _REFRESH, _R.CHANGED, "`POST …/resolve` of a paid payment"),
    "payer_unreachable": ProblemText("No channel would carry the link to the payer: `detail` says what each lacks (no e-mail address; a phone whose owner agreed to nothing, or answered STOP; no sender connected).", "Hand `checkout_url` to the payer another way, or mend what `hint` names: an address, consent (`sms_consent`, `whatsapp_consent`), or a connection that sends.", _R.CHANGED, "`POST …/send-link` for a phone without consent"),
    # ── orders ─────────────────────────────────────────────────────────────────────────────────────────────────────
    "order_not_found": ProblemText("No order has this id.", "Take the id from `GET /v1/orders`, which also finds the marketplace's own number by `external_id`.", _R.NO, "`GET /v1/orders/ord_…`"),
    "order_exists": ProblemText("Another order has this `external_id`, or is paid by this payment.", "Read that one by `GET /v1/orders?external_id=`, or name another.", _R.CHANGED, "`POST /v1/orders` twice for one basket, with two keys"),
    "invalid_order": ProblemText("What pays or who buys does not fit; each fault has its pointer.", "Mend what the pointers name: a payment must be of the amount of all lines and still open or paid.", _R.CHANGED, "An order of Rp150.000 with a payment of Rp149.000"),
    "cod_not_now": ProblemText("That cannot have become of the cash yet, or any more.", "Cash is `owed`, then `collected` or `refused` once all is shipped, and `remitted` after it was collected.", _R.CHANGED, "`POST …/cod` with `remitted` before `collected`"),
    "not_our_order": ProblemText("It is a marketplace's order: what becomes of it is said there.", "Leave it: the marketplace tells by itself.", _R.NO, "`POST …/cod` of an order at Lazada"),
    "order_oversold": ProblemText("A marketplace sold more than is in stock, so the order is held; `detail` says what is missing.", "Give stock (`PUT /v1/products/{sku}/stock`), or cancel what is missing with a reason; or have it packed all the same by `POST /v1/orders/{id}/release`.", _R.CHANGED, "`POST …/pack` of an order with `hold`"),
    "order_not_held": ProblemText("Nothing of the order is missing in stock, or nothing of it is to be packed any more.", "Read the order: where `hold` is null it can be packed as it is.", _R.NO, "`POST …/release` of an order that is packed"),
    "order_busy": ProblemText("Something asked before is not over yet: the marketplace's answer to it is awaited or looked up.", "Wait until `GET /v1/orders/{id}/operations` shows its end, then ask again.", _R.CHANGED, "`POST …/ship` while `pack` is `sending`"),
    "unknown_items": ProblemText("The order has no such items or parcels; each is named by its pointer.", "Take the ids from `GET /v1/orders/{id}`.", _R.CHANGED, "`POST …/pack` with an item of another order"),
    "items_not_allowed": ProblemText("Where the items stand does not allow it; nothing was sent.", "Read the order: what is packed is not packed again, and only what is packed can be shipped.", _R.CHANGED, "`POST …/pack` twice, with two keys"),
    "marketplace_refused": ProblemText("The marketplace did none of it; what it says of each item stands beside its pointer.", "Do what it says, then ask with a new `Idempotency-Key`.", _R.CHANGED, "`POST …/cancel` with a reason of another order"),
    "connection_unauthorized": ProblemText("The marketplace refuses the token of the shop: none of it was done, and nothing is wrong with what was asked.", "Tokens are refreshed by themselves within seconds, so ask once more with a new `Idempotency-Key`; if it stays, connect the shop again from its app's page in the console, which the hint names.", _R.CHANGED, "`POST …/pack` for a shop whose seller has taken the app's permission back"),
    "wave_not_found": ProblemText("No wave has this id.", "Take the id from `GET /v1/waves`.", _R.NO, "`GET /v1/waves/wav_…`"),
    "orders_not_for_wave": ProblemText("Orders that were named cannot be packed by a wave: they are not there, packed and gone, or in another wave. No wave was made.", "Leave out those that are named by pointer, and ask with a new `Idempotency-Key`.", _R.CHANGED, "`POST /v1/waves` with an order that was cancelled"),
    "nothing_to_pack": ProblemText("No order waits to be packed, or all of them are in other waves.", "Look at `GET /v1/orders?status=pending` and at `GET /v1/waves`.", _R.CHANGED, "`POST /v1/waves` twice"),
    "wave_not_packed": ProblemText("The wave is still packed or its labels are still fetched.", "Wait until `status` of `GET /v1/waves/{id}` is `done`.", _R.CHANGED, "`POST /v1/waves/{id}/ship` at once after it was made"),
    "nothing_to_ship": ProblemText("Every parcel of the wave has left, or nothing of it was packed.", "Look at `shipped` and `failures` of `GET /v1/waves/{id}`.", _R.CHANGED, "`POST /v1/waves/{id}/ship` twice with two keys"),
    "labels_not_there": ProblemText("Nothing of the wave has a label yet.", "Wait until `printed` of `GET /v1/waves/{id}` is more than 0.", _R.CHANGED, "`GET /v1/waves/{id}/labels` at once after it was made"),
    "claim_not_found": ProblemText("The order has no such claim.", "Take the id from `GET /v1/orders/{id}/claims`.", _R.NO, "`GET /v1/orders/ord_…/claims/clm_…` of another order"),
    "claim_not_ours": ProblemText("The goods of this return go to the marketplace's own warehouse, and it decides.", "Nothing is asked of the shop: watch the claim until it ends.", _R.NO, "`POST …/accept` where `to_seller` is false"),
    "claim_not_open": ProblemText("Where the claim's lines stand does not allow this answer; nothing was sent.", "Read the claim: each line lists the `answers` that may be given now.", _R.CHANGED, "`POST …/accept` of what was refused"),
    "claim_too_late": ProblemText("The claim's deadline is over, so the marketplace decides in the shop's place.", "Read the claim again in a moment; answer the next one before `decide_by`.", _R.NO, "`POST …/refuse` two days after the buyer asked"),
    "claim_held": ProblemText("What goes back agrees with nothing that was paid, or may mean two amounts: rupiah or hundredths.", "Compare it in the seller centre, then accept with `confirm_amount`.", _R.CHANGED, "`POST …/accept` of a claim with `held`"),
    "claim_busy": ProblemText("An answer given before is not over yet: the marketplace's word on it is awaited or looked up.", "Wait until `answer` of the claim shows its end, then ask again.", _R.CHANGED, "`POST …/refuse` while `accept` is `sending`"),
    "invalid_claim_answer": ProblemText("The answer lacks what the marketplace asks for, or names what the claim does not have; each is named by its pointer.", "Send what is missing: a return's refusal needs `reason` and `comment`, and `images` once the goods are back.", _R.MENDED, "`POST …/refuse` of a return without a reason"),
    "document_not_there": ProblemText("There is no such document: nothing is packed yet, all is cancelled, or the marketplace makes none.", "Pack first: the label comes with the parcel.", _R.CHANGED, "`GET …/documents?type=label` of an order that is not packed"),
    # ── payouts of marketplaces ─────────────────────────────────────────────────────────────────────────────────────
    "payout_not_found": ProblemText("No payout has this id.", "Take the id from `GET /v1/payouts`.", _R.NO, "`GET /v1/payouts/pyo_…`"),
    "settlement_line_not_found": ProblemText("No line of a statement has this id.", "Take the id from `GET /v1/settlements`.", _R.NO, "`GET /v1/settlements/stl_…`"),
    "settlement_line_not_held": ProblemText("Only a line that is held waits for a decision; what is booked stands.", "Read the line again; `GET /v1/settlements?status=held` lists those that wait.", _R.CHANGED, "`POST /v1/settlements/stl_…/decide` twice"),
    "invalid_settlement_decision": ProblemText("What was decided about a line of a statement cannot be: an amount of the other sign, or one of a line that is set aside.", "Mend the amount that `errors` points to, or leave it out.", _R.CHANGED, '`{"decision": "book", "amount": 0}`'),
    # ── customers ──────────────────────────────────────────────────────────────────────────────────────────────────
    "customer_not_found": ProblemText("No customer has this id.", "Take the id from the answer that made them, or find them by `GET /v1/customers?external_id=`.", _R.NO, "`GET /v1/customers/cus_…`"),
    "external_id_taken": ProblemText("Another customer has this external id, and no two have the same.", "Go on with the customer that `detail` names, or change theirs first.", _R.CHANGED, "`POST /v1/customers` twice for one customer"),
    "data_request_not_found": ProblemText("No request about data has this id.", "Take the id from the answer that noted it, or from `GET /v1/data-requests`.", _R.NO, "`GET /v1/data-requests/dsr_…`"),
    "data_request_closed": ProblemText("The request was done or refused before.", "Read it; whoever asks again gets a new request.", _R.NO, "`POST /v1/data-requests/dsr_…/complete` twice"),
    "customer_erased": ProblemText("The customer was erased: nothing about them is written again.", "Make a new customer, where the person is one again.", _R.NO, "`PATCH /v1/customers/cus_…` after `POST …/erase`"),
    "payer_stopped": ProblemText("The customer wants no messages, so no link is sent to them.", "Hand `checkout_url` to them another way; where they want messages again, `PATCH /v1/customers/{id}` with `preferences`.", _R.CHANGED, "`POST …/send-link` for a customer who said stop"),
    # ── products and stock ─────────────────────────────────────────────────────────────────────────────────────────
    "product_not_found": ProblemText("No product has this SKU.", "Take the SKU from `GET /v1/products`; large and small letters differ.", _R.NO, "`GET /v1/products/kopi-250`"),
    "sku_taken": ProblemText("Another product has this SKU, and no two have the same.", "Go on with that product, or choose another SKU.", _R.CHANGED, "`POST /v1/products` twice with two keys"),
    "unknown_sku": ProblemText("A line or a component names a SKU that no product has; nothing was done.", "Make the product first, or mend the SKU that `errors` points to.", _R.CHANGED, "A bundle of a SKU that is not there"),
    "out_of_stock": ProblemText("Not so many units are free in our warehouses; nothing was reserved for any line.", "Order fewer of the lines that `errors` points to, or count the stock again.", _R.CHANGED, "The last piece, sold a moment ago"),
    "bundle_has_no_stock": ProblemText("A bundle is counted by its components and has no stock of its own.", "Set the stock of its components.", _R.NO, "`PUT /v1/products/{sku}/stock` of a bundle"),
    "stock_read_only": ProblemText("A marketplace keeps this stock and counts it: it is only read here.", "Change it at the marketplace, or name a warehouse of yours.", _R.NO, "Stock in a warehouse of Lazada's"),
    "warehouse_needed": ProblemText("The product stands in several warehouses, and the request names none.", "Name one of those that `detail` lists.", _R.CHANGED, '`PUT …/stock` `{"quantity": 5}` of a product in two warehouses'),
    "bad_bundle": ProblemText("A bundle cannot be in a bundle, nor have stock of its own.", "Make a product of its own for the bundle, of products that are none.", _R.CHANGED, "A bundle that holds itself"),
    "listing_not_found": ProblemText("No listing has this id.", "Take the id from `GET /v1/listings`; a shop's list is read by `POST /v1/shops/{connection}/imports`.", _R.NO, "`GET /v1/listings/lst_…`"),
    "import_not_found": ProblemText("No import has this id.", "Take the id from the answer that began it.", _R.NO, "`GET /v1/imports/imp_…`"),
    "no_such_shop": ProblemText("The connection is none, or no shop of a marketplace: an app is none itself, its shops are connections below it.", "Take a shop's id from `GET /v1/connections`: one with a `parent`.", _R.NO, "`POST /v1/shops/lazada-uji/imports`"),
    "reservation_released": ProblemText("What was reserved for this order or payment was given up for good.", "Make a new order; money that came for this one is given back.", _R.NO, "Money for an order that was cancelled"),
    "reservation_not_found": ProblemText("Nothing was ever reserved for this order or payment.", "Reserve for it first; what was made before stock was counted has no reservation.", _R.NO, "An order from before"),
    # ── refunds and approvals ──────────────────────────────────────────────────────────────────────────────────────
    "not_refundable": ProblemText("There is not so much captured money left to give back.", "Read `amount_captured` and `amount_refunded`, and ask for what is left; without `amount` it is all of it.", _R.CHANGED, "A refund of 200000 where 150000 came"),
    "refund_not_found": ProblemText("No refund has this id, or it is not yours to see.", "Take the id from `GET /v1/refunds`.", _R.NO, "`GET /v1/refunds/ref_…`"),
    "refund_not_awaiting_transfer": ProblemText("The refund does not wait for a transfer by a person.", "Read the refund: it may be done, or under way at the provider.", _R.CHANGED, "`POST …/settle` twice"),
    "refunds_stopped": ProblemText("The payment is held or disputed: its money may have been taken back already.", "Decide first by `POST …/resolve`, or wait for the bank where it is disputed.", _R.CHANGED, "`POST …/settle` after the bank reversed the deposit"),
    "refund_under_way": ProblemText("Whether the provider has given the money back is not known yet.", "Ask by `POST …/refresh`, or say what became of the refund, and decide then.", _R.CHANGED, "`POST …/resolve` with `release` while a refund is submitted"),
    "refund_not_in_doubt": ProblemText("The outcome of the refund is not in doubt, or the provider is still being asked.", "Read the refund again.", _R.CHANGED, "`POST …/resolve` of a refund that succeeded"),
    "refund_link_just_sent": ProblemText("The link was mailed within the last five minutes.", "Wait, or ask the payer to look into the spam folder.", _R.LATER, "`POST …/send-link` twice"),
    "refund_asked_for_by_same_person": ProblemText("Whoever asked for a refund does not pay it out where somebody else can.", "Let somebody else with `refunds:settle` do it.", _R.NO, "`POST …/settle` by who asked"),
    "bad_destination": ProblemText("A bank account was named where money came in crypto, or the other way round, or the address is none.", "Send `bank`, `account` and `name` for a bank; `address` for crypto on the network it came on.", _R.MENDED, '`{"address": "0x12"}`'),
    "destination_changed": ProblemText("Where the money goes was changed since it was read.", "Read the refund again, check the account, and send its `destination_version`.", _R.CHANGED, "`POST …/settle` with an old version"),
    "approval_not_found": ProblemText("No approval has this id.", "Take the id from `GET /v1/approvals`.", _R.NO, "`GET /v1/approvals/apr_…`"),
    "approval_decided": ProblemText("Somebody decided meanwhile, or nobody did in time.", "Read the approval; ask for the refund again if it ran out.", _R.CHANGED, "`POST …/approve` twice"),
    "step_up_required": ProblemText("Money moves by this, and the password was given longer than five minutes ago.", "Give it once more: `POST /v1/auth/step-up`, then send the request again.", _R.CHANGED, "`POST …/approve` an hour after signing in"),
    "wrong_password": ProblemText("The password is not the one of who is signed in; the session goes on.", "Type it again.", _R.MENDED, "`POST /v1/auth/step-up`"),
    "approval_needs_a_person": ProblemText("An API key decides nothing that two people are asked for.", "Let a person who is signed in decide.", _R.NO, "`POST …/approve` with an API key"),
    # ── connections, secrets, webhooks, mail ───────────────────────────────────────────────────────────────────────
    "invalid_connection": ProblemText("The provider is not installed, a setting or secret is missing or wrong, or the provider refuses the account.", "Mend what each of `errors` names; `probe: false` saves it without asking the provider.", _R.MENDED, '`{"provider": "nicepay", "settings": {}}`'),
    "connection_not_found": ProblemText("There is no connection of this name, or its hook is closed.", "Take the name from `GET /v1/connections`.", _R.NO, "`POST /hooks/nobody`"),
    "authorisation_refused": ProblemText("The seller or the marketplace did not let the app in, or let it into another shop than was asked for. Nothing was stored.", "Press the app's *Connect a shop* again and log in there as the seller of the shop that is meant.", _R.MENDED, "`/console/shops/callback` with the code of another seller"),
    "connection_exists": ProblemText("A connection of this name exists already.", "Choose another name, or change that one by PATCH.", _R.NO, "`POST /v1/connections` twice"),
    "connection_in_use": ProblemText("The connection is enabled, or payments were made by it, about which it is asked for years.", "Disable it and leave it.", _R.NO, "`DELETE /v1/connections/nicepay`"),
    "invalid_secret_name": ProblemText("The name does not say what kind of secret it is.", "Write it like service/nicepay/merchant_key; the first part is key, database, service or webhook.", _R.MENDED, "`PUT /v1/secrets/merchant`"),
    "invalid_secret_value": ProblemText("The value is empty or too long.", "Send 1 to 65,536 bytes.", _R.MENDED, '`{"value": ""}`'),
    "webhook_rejected": ProblemText("The message is not proved to come from the provider of this hook; nothing of it was kept but a digest.", "Check the key or secret of the connection against the provider's own page.", _R.MENDED, "A signature made with an old merchant key"),
    "webhook_event_erased": ProblemText("The event named a person who was erased, and its bytes with them.", "Ask the provider about the payment instead: `POST /v1/payments/{id}/refresh`.", _R.NO, "`POST /v1/webhook-events/evt_…/replay` of an erased one"),
    "webhook_event_not_found": ProblemText("No webhook event has this id.", "Take the id from `GET /v1/webhook-events`.", _R.NO, "`GET /v1/webhook-events/evt_…`"),
    "bad_last_event_id": ProblemText("The Last-Event-ID is none that a stream of ours gave.", "Leave it out: the stream then begins with the present, as `ready` says.", _R.MENDED, "`Last-Event-ID: 12`"),
    "notification_not_found": ProblemText("No notification has this id.", "Take the id from `GET /v1/notifications`.", _R.NO, "`POST /v1/notifications/ntf_…/resend`"),
    "notification_erased": ProblemText("The person whom it was for was erased, and what it said with them.", "Nothing to do: nobody is written to.", _R.NO, "`POST …/resend` of an erased one"),
    "unsubscribe_link_invalid": ProblemText("The address was cut short or changed, or the key that signed it has run out.", "Open the link of a newer mail.", _R.NO, "`GET /unsubscribe/payment_reminder/AAAA`"),
    "notification_unwanted": ProblemText("The person has unsubscribed from it, wants nothing on this channel, agreed to nothing there, or answered STOP.", "Tell them another way; what was sent before stays as it is.", _R.CHANGED, "`POST …/resend` of a reminder to who unsubscribed"),
    "notification_under_way": ProblemText("It is still being tried; sending it again would double it.", "Wait until its `status` is `sent` or `failed`.", _R.CHANGED, "`POST …/resend` of a queued one"),
    "message_text_not_found": ProblemText("There is no such text of a message, or it is one that a shop does not write.", "`GET /v1/message-texts` lists all that there are.", _R.NO, "`GET /v1/message-texts/payment_paid/fr/email`"),
    "message_text_unusable": ProblemText("The text uses what the small template language does not have, leaves out what it must say, or holds a link elsewhere.", "Mend what each of `errors` names; `POST …/preview` tells the same and saves nothing.", _R.MENDED, '`{"subject": "Paid", "body": "{{ nama }}"}`'),
    "message_text_decided": ProblemText("Somebody decided meanwhile, another version was saved since, or our text is used already.", "Read the text again and act on its newest version.", _R.CHANGED, "`POST /v1/message-text-versions/mtv_…/approve` twice"),
    "message_text_saved_by_same_person": ProblemText("Whoever saved a text that needs a second person, by themselves or by a key of theirs, cannot be that person.", "Ask a colleague whose role may agree.", _R.NO, "`POST /v1/message-text-versions/mtv_…/approve` by who saved it"),
    "no_operator": ProblemText("Whoever asks is nobody who works here: an API key, or an account that may not see what is told.", "Ask as a signed-in user with `notifications:read`; the team's is at `/v1/team/notification-preferences`.", _R.NO, "`GET /v1/me/notification-preferences` with an API key"),
    "invalid_operator_preferences": ProblemText("A group cannot be told like this on that channel, or hours, zone, language or chat are none.", "`errors` names each; `GET` shows in `allowed` what may be chosen.", _R.MENDED, '`PATCH /v1/me/notification-preferences` with `{"choices": {"security": {"email": "daily"}}}`'),
    "template_not_paused": ProblemText("This template is used, or it is not there.", "`GET /v1/message-templates` lists those that are paused.", _R.NO, "`POST /v1/message-templates/{connection}/{template}/{language}/resume` twice"),
    "push_not_offered": ProblemText("No enabled connection reaches browsers or apps like this, or the key that was subscribed with is not the one that is offered now.", "Set up a connection to a push service, or load the page again and subscribe anew.", _R.CHANGED, "`POST /pay/{payment}/push` with the key of an older page"),
    "invalid_subscription": ProblemText("The address or the keys of a subscription cannot be sent to.", "Send `endpoint`, `p256dh` and `auth` as the browser gives them, of a public push service.", _R.MENDED, "`POST /pay/{payment}/push` with an address on a private network"),
    # ── the provider ───────────────────────────────────────────────────────────────────────────────────────────────
    "provider_refused": ProblemText("The provider refused the call itself: credentials, merchant or format.", "`POST /v1/connections/{id}/probe` says what it refuses; nothing was moved.", _R.MENDED, "A merchant key that was replaced at the provider"),
    "upstream_unreachable": ProblemText("The provider could not be reached; nothing left this machine.", "Send it again.", _R.SAME_KEY, "The provider's host name does not resolve"),
    "endpoint_not_found": ProblemText("There is no such endpoint, or it was deleted.", "List them: GET /v1/endpoints.", _R.NO, "`GET /v1/endpoints/{id}` with an id that is none"),
    "delivery_not_found": ProblemText("There is no such delivery, or its endpoint was deleted.", "List them: GET /v1/endpoints/{id}/deliveries.", _R.NO, "`POST /v1/deliveries/{id}/resend` with an id that is none"),
    "invalid_endpoint": ProblemText("The address cannot be called, or a pattern of `events` names no type.", "Mend what each of `errors` names.", _R.MENDED, "`POST /v1/endpoints` with `http://10.0.0.5/`"),
    "endpoint_owner_link_invalid": ProblemText("A link to an endpoint's page is unknown, was opened before, or is over: it holds 24 hours, and its session 30 minutes.", "Ask whoever sent it for another one.", _R.NO, "The second opening of the link of a mail"),
    "owner_code_wrong": ProblemText("The code that was typed is not the one that was mailed last, was used, or is older than ten minutes; each has five tries.", "Type the code of the newest mail, or ask for another one.", _R.MENDED, "The code of the mail before"),
    "too_many_owner_mails": ProblemText("Five codes were mailed for one session, or ten links to one endpoint within an hour.", "Use the newest mail; later, or with another link, further ones are sent.", _R.LATER, "The sixth code"),
    "endpoint_disabled": ProblemText("The endpoint is disabled.", 'Switch it on with PATCH `{"enabled": true}`.', _R.MENDED, "`POST /v1/endpoints/{id}/test` after it answered 410"),
    "endpoint_too_young": ProblemText("Many at once are sent again 24 hours after the endpoint was made.", "Send single ones again: `POST /v1/deliveries/{id}/resend`.", _R.LATER, "`POST /v1/endpoints/{id}/resend` an hour after it was made"),
    "delivery_expired": ProblemText("The event is so old that what it said is kept no longer (GERBANG_WEBHOOK_KEEP_DAYS).", "Read the object itself; only newer events can be sent again.", _R.NO, "`POST /v1/deliveries/{id}/resend` after 30 days"),
    "target_refused": ProblemText("The address names no known host, or leads to a machine or a port that may not be called: it must be public, with https and a port of web servers.", "Use a public https address; for a machine of your own let the operator name it in GERBANG_ALLOWED_PRIVATE_TARGETS, as 127.0.0.1:3000.", _R.MENDED, "An endpoint at `http://169.254.169.254/`"),
    "event_not_found": ProblemText("There is no such event.", "Take ids from `webhook-id`, `GET /v1/event-log` or `gerbang events tail`.", _R.NO, "`POST /v1/events/{id}/resend` with an id that is none"),
    "event_type_not_found": ProblemText("No event has this type.", "List them: GET /v1/event-types.", _R.NO, "`GET /v1/event-types/payment.payed`"),
    "outcome_unknown": ProblemText("The provider may have got the request, and gave no clear answer.", "Read the payment: we look it up at the provider, and nothing is sent twice.", _R.CHANGED, "The provider's answer was cut off"),
    "not_found": ProblemText("There is no such thing, or none that this caller may see.", "Take ids from the answers and lists that showed them.", _R.NO, "`GET /v1/users/x`"),
}
# fmt: on
