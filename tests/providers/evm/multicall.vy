# pragma version 0.4.3
# What a sweep asks of Multicall3, by the same selectors: many calls in one, and an account's coins.

struct Call:
    target: address
    allow_failure: bool
    data: Bytes[64]

struct Result:
    success: bool
    data: Bytes[32]


@external
@payable
def aggregate3(calls: DynArray[Call, 500]) -> DynArray[Result, 500]:
    results: DynArray[Result, 500] = []
    for one: Call in calls:
        success: bool = False
        said: Bytes[32] = b""
        success, said = raw_call(one.target, one.data, max_outsize=32, revert_on_failure=False)
        results.append(Result(success=success, data=said))
    return results


@external
@view
def getEthBalance(who: address) -> uint256:
    return who.balance
